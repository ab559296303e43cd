"""Figures and names as a reader sees them."""

import math
from collections import defaultdict
from statistics import mean
from typing import Any

from markupsafe import Markup

from core.spec.columns import Boolean, Category, Date, Extract, Feature, Integer, Join, Number, Sum, Text
from core.spec.target import Target
from report.svg import element

NAMES = {"roc_auc": "ROC AUC", "macro_f1": "macro F1", "rmse": "RMSE", "mae": "MAE", "r2": "R²"}
SEVERAL = 5  # dots from which on their mean is shown


def metric(name: str) -> str:
    return NAMES.get(name, name.replace("_", " "))


def figure(value: Any) -> str:
    """Three decimals for a small number, four digits or none for a large one."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "none"
    if isinstance(value, int):
        return f"{value:,}"
    if abs(value) < 10:
        return f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 10000 else f"{value:,.4g}"


def amount(value: float) -> str:
    """A figure of the table itself: whole and large numbers without decimals, others with four digits."""
    is_whole = value == round(value) or abs(value) >= 10000
    return f"{value:,.0f}" if is_whole and abs(value) < 1e15 else f"{value:,.4g}"


def exact(value: float, key: str) -> Markup:
    """A figure with its full value and its place in metrics.json as attributes."""
    return element("data", figure(value), value=repr(value), data_key=key)


def allowed(feature: Feature | Target) -> str:
    """The values that a feature may have."""
    match feature:
        case Number() | Integer() | Target():
            low = "" if feature.min is None else f"from {amount(feature.min)}"
            high = "" if feature.max is None else f"to {amount(feature.max)}"
            limits = " ".join(filter(None, [low, high]))
            return " ".join(filter(None, [limits, feature.unit])) if limits else "any"
        case Category():
            listed = ", ".join(map(str, feature.values[:8]))
            more = len(feature.values) - 8
            return f"{listed} and {more} more" if more > 0 else listed
        case Boolean():
            return "true, false"
        case Date():
            return "YYYY-MM-DDTHH:MM:SS" if feature.time else "YYYY-MM-DD"
        case Text():
            return f"at most {feature.max_length} characters"


def classes(target: Target) -> str:
    """The values of a target with their labels."""
    return ", ".join(
        f"{value} ({target.label(value)})" if str(value) in target.labels else str(value) for value in target.values
    )


def rule(derived: Any) -> str:
    """How a derived feature is made."""
    match derived:
        case Extract():
            return f"the part of {derived.extract} that {derived.pattern} matches"
        case Sum():
            constant = [f"{derived.plus:g}"] if derived.plus else []
            return " + ".join([*derived.sum, *constant])
        case Join():
            return f"{' and '.join(derived.join)} together"
    return " ".join(f"{key}: {value}" for key, value in derived.model_dump(exclude_defaults=True).items())


def effects_by_value(points: list[list[Any]], most: int = 4) -> str:
    """The mean effect of a category's commonest values, if they have several dots."""
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for value, effect in points:
        groups["missing" if value is None else str(value)].append(effect)
    commonest = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))[:most]
    return ", ".join(f"{value} {mean(effects):+.2f}" for value, effects in commonest if len(effects) >= SEVERAL)
