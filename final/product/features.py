"""What the model sees, made from what the contract declares: one code for training, batch and online.

Everything works on columns, sequences of equal length, so that one row is a batch of one.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from product.columns import Boolean, Date, Derived, Extract, Feature, Integer, Join, Number, Sum
from product.declaration import Contract

MISSING = ""  # a missing category, for CatBoost just one more value
SEPARATOR = "|"

Columns = Mapping[str, Sequence[Any]] | pd.DataFrame
Step = Callable[[dict[str, Sequence[Any]]], list[Any]]


def canonical(feature: Feature) -> Callable[[Any], float | str]:
    """The function that turns one checked value (None = missing) into a float (NaN) or a str ("") for the model."""
    match feature:
        case Number() | Integer():
            return lambda value: math.nan if value is None else float(value)
        case Date():
            return _day_number
        case Boolean():
            return lambda value: MISSING if value is None else str(value).lower()
    return lambda value: MISSING if value is None else str(value)


def _day_number(value: date | str | None) -> float:
    if value is None:
        return math.nan
    return float((date.fromisoformat(value) if isinstance(value, str) else value).toordinal())


def _extract(rule: Extract, known: dict[str, Sequence[Any]]) -> list[str]:
    search = re.compile(rule.pattern).search
    allowed = frozenset(rule.values) if rule.values is not None else None

    def one(text: str) -> str:
        if text == MISSING:
            return MISSING
        found = search(text)
        part = found.group(1) if found else None
        return part if part and (allowed is None or part in allowed) else rule.other

    return [one(text) for text in known[rule.extract]]


def _sum(rule: Sum, known: dict[str, Sequence[Any]]) -> list[float]:
    return [rule.plus + math.fsum(row) for row in zip(*(known[name] for name in rule.sum), strict=True)]


def _join(rule: Join, known: dict[str, Sequence[Any]]) -> list[str]:
    return [SEPARATOR.join(map(_label, row)) for row in zip(*(known[name] for name in rule.join), strict=True)]


def _label(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _step(rule: Derived) -> tuple[Step, bool]:
    """The function of a rule, and whether it makes a category."""
    match rule:
        case Extract():
            return partial(_extract, rule), True
        case Sum():
            return partial(_sum, rule), False
        case Join():
            return partial(_join, rule), True


class FeatureMaker:
    """Columns of the contract in, columns of the model out; `names` and `categorical` tell what they are."""

    def __init__(self, contract: Contract) -> None:
        self._canonical = [(name, canonical(feature)) for name, feature in contract.features.items()]
        self._steps = [(name, *_step(rule)) for name, rule in contract.derived.items()]
        direct = {name: feature for name, feature in contract.features.items() if feature.in_model}
        self.names = [*direct, *contract.derived]
        categories = {name for name, f in direct.items() if not isinstance(f, Number | Integer | Date)}
        categories |= {name for name, _, is_category in self._steps if is_category}
        self.categorical = [name for name in self.names if name in categories]

    def __call__(self, columns: Columns) -> dict[str, Sequence[Any]]:
        """The model's columns, in the order of `names`; None and NaN both mean missing in what comes in."""
        known: dict[str, Sequence[Any]] = {}
        for name, convert in self._canonical:
            known[name] = [convert(None if value is None or value != value else value) for value in columns[name]]
        for name, step, _ in self._steps:
            known[name] = step(known)
        return {name: known[name] for name in self.names}
