"""Figures and names as a reader sees them."""

import math
from typing import Any

from markupsafe import Markup

from product.columns import Boolean, Category, Date, Extract, Feature, Integer, Join, Number, Sum, Text
from product.declaration import Target
from report.svg import element

NAMES = {
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "macro_f1": "macro F1",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "ece": "calibration error",
}


def metric(name: str) -> str:
    return NAMES.get(name, name.replace("_", " "))


def figure(value: Any) -> str:
    """Three decimals for what is near one, four digits for what is not."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "none"
    if isinstance(value, int):
        return f"{value:,}"
    size = abs(value)
    return f"{value:.3f}" if size < 10 else f"{value:,.0f}" if size >= 10000 else f"{value:,.4g}"


def amount(value: float) -> str:
    """A figure of the table itself: whole and large numbers without decimals, others with four digits."""
    return f"{value:,.0f}" if (value == round(value) or abs(value) >= 10000) and abs(value) < 1e15 else f"{value:,.4g}"


def exact(value: float, key: str) -> Markup:
    """A figure with its full value beside it, and where it stands in metrics.json."""
    return element("data", figure(value), value=repr(value), data_key=key)


def allowed(feature: Feature | Target) -> str:
    """What values a feature may have."""
    match feature:
        case Number() | Integer() | Target():
            low = "" if feature.min is None else f"from {amount(feature.min)} "
            high = "" if feature.max is None else f"to {amount(feature.max)}"
            unit = f" {feature.unit}" if isinstance(feature, Target) and feature.unit else ""
            return (low + high + unit).strip() or "any"
        case Category():
            shown = ", ".join(map(str, feature.values[:8]))
            more = len(feature.values) - 8
            return f"{shown} and {more} more" if more > 0 else shown
        case Boolean():
            return "true, false"
        case Date():
            return "YYYY-MM-DD"
        case Text():
            return f"at most {feature.max_length} characters"


def rule(derived: Any) -> str:
    """How a derived feature is made."""
    match derived:
        case Extract():
            return f"the part of {derived.extract} that {derived.pattern} finds"
        case Sum():
            return " + ".join([*derived.sum, *([f"{derived.plus:g}"] if derived.plus else [])])
        case Join():
            return f"{' and '.join(derived.join)} together"
    return " ".join(f"{key}: {value}" for key, value in derived.model_dump(exclude_defaults=True).items())
