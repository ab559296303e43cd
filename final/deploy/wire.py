"""Rows of a table as a client sends them: JSON values of the contract's types."""

import math
from collections.abc import Mapping
from typing import Any

from core.spec.columns import Boolean, Category, Feature, Integer, truth
from core.spec.contract import Contract


def as_sent(row: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """One row, as a table or a manifest holds it, in the types that the contract's request model takes."""
    return {name: _value(row[name], feature) for name, feature in contract.features.items()}


def _value(value: Any, feature: Feature) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    match feature:
        case Integer():
            return int(value)
        case Category():
            return next((declared for declared in feature.values if str(declared) == str(value)), value)
        case Boolean():
            return truth(str(value))
    return value
