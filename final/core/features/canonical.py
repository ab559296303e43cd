"""One checked value (None = missing) as the model takes it: a float (NaN) or a str ("")."""

import math
from typing import Any

from core.features.columns import MISSING, Convert
from core.features.dates import day_number, moment_number
from core.spec.columns import Boolean, Date, Feature, Integer, Number


def canonical(feature: Feature) -> Convert:
    """The function that converts the values of a feature."""
    match feature:
        case Number() | Integer():
            return number
        case Date():
            return moment_number if feature.time else day_number
        case Boolean():
            return truth
    return category


def number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def truth(value: Any) -> str:
    return MISSING if value is None else str(value).lower()


def category(value: Any) -> str:
    return MISSING if value is None else str(value)
