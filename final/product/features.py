"""What the model sees, made from what the contract declares: one code for training, batch and online.

Everything works on columns, sequences of equal length, so that one row is a batch of one. Of a large table each
distinct value is converted once; of a few rows each value, which is quicker there. Both give the same numbers.
"""

import math
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial, reduce
from operator import add
from typing import Any

import numpy as np
import pandas as pd

from product.columns import (
    BUCKETS,
    Boolean,
    Date,
    Derived,
    Extract,
    Feature,
    Integer,
    Join,
    Number,
    Sum,
    Text,
    parts,
)
from product.declaration import Contract

MISSING = ""  # a missing category, for CatBoost just one more value
SEPARATOR = "|"
MANY = 200  # rows from which on a table is worth the detour by distinct values
WORD = re.compile(r"\w+")

Columns = Mapping[str, Sequence[Any]] | pd.DataFrame
Column = Sequence[Any] | np.ndarray
One = Callable[[Any], Any]


def canonical(feature: Feature) -> One:
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


def _of_day(part: Callable[[date], float]) -> One:
    return lambda number: math.nan if number != number else float(part(date.fromordinal(int(number))))


def _turn(day: date) -> float:
    """The day of the year as an angle, so that New Year's Eve is next to New Year's Day."""
    return 2 * math.pi * day.timetuple().tm_yday / 365.25


OF_DAY: tuple[One, ...] = (  # in the order of DAY_PARTS
    _of_day(lambda day: day.year),
    _of_day(lambda day: day.month),
    _of_day(lambda day: day.weekday()),
    _of_day(lambda day: round(math.sin(_turn(day)), 6)),
    _of_day(lambda day: round(math.cos(_turn(day)), 6)),
)


def _bucket(number: int) -> One:
    """ln(1 + how many words of a text fall into a bucket), by CRC-32 (hashing trick, Weinberger et al. 2009)."""
    return lambda text: math.log1p(
        sum(zlib.crc32(word.encode()) % BUCKETS == number for word in WORD.findall(text.lower()))
    )


def _extract(rule: Extract) -> One:
    search = re.compile(rule.pattern).search
    allowed = frozenset(rule.values) if rule.values is not None else None

    def one(text: str) -> str:
        if text == MISSING:
            return MISSING
        found = search(text)
        part = found.group(1) if found else None
        return part if part and (allowed is None or part in allowed) else rule.other

    return one


def _label(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _sum(rule: Sum, known: Mapping[str, Column]) -> Column:
    parts = [known[name] for name in rule.sum]
    if isinstance(parts[0], np.ndarray):
        return np.asarray(reduce(add, parts, rule.plus))
    return [reduce(add, row, rule.plus) for row in zip(*parts, strict=True)]


def _join(rule: Join, known: Mapping[str, Column]) -> Column:
    parts = [known[name] for name in rule.join]
    if not isinstance(parts[0], np.ndarray):
        return [SEPARATOR.join(map(_label, row)) for row in zip(*parts, strict=True)]
    key, texts = np.zeros(len(parts[0]), dtype=np.int64), [""]
    for position, part in enumerate(parts):
        codes, distinct = pd.factorize(np.asarray(part), use_na_sentinel=False)
        pairs, key = np.unique(key * len(distinct) + codes, return_inverse=True)
        heads, tails = np.divmod(pairs, len(distinct))
        names = [_label(value) for value in distinct]
        between = SEPARATOR if position else ""
        texts = [f"{texts[h]}{between}{names[t]}" for h, t in zip(heads, tails, strict=True)]
    return np.array(texts, dtype=object)[key]


def _each(one: One, values: Column) -> Column:
    """The function of every value; of an array, of every distinct value."""
    if not isinstance(values, np.ndarray):
        return [one(value) for value in values]
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    made = [one(None if value is None or value != value else value) for value in distinct]
    numbers = not made or isinstance(made[0], float)
    return np.array(made, dtype=float if numbers else object)[codes]


def _numbers(values: pd.Series) -> np.ndarray:
    """Shape (n,), float64, NaN where missing; the table's own array where it is that already."""
    if values.dtype == np.float64:
        return np.asarray(values)
    return pd.to_numeric(values).to_numpy(dtype=float, na_value=math.nan)


def _of_number(one: One) -> One:
    """The same function for values of which None stands for NaN."""
    return lambda number: one(math.nan if number is None else number)


Step = tuple[str, Callable[[Mapping[str, Column]], Column]]


def _derived(rule: Derived) -> Callable[[Mapping[str, Column]], Column]:
    match rule:
        case Extract():
            one = _extract(rule)
            return lambda known: _each(one, known[rule.extract])
        case Sum():
            return partial(_sum, rule)
        case Join():
            return partial(_join, rule)


def _parts(name: str, feature: Feature) -> list[Step]:
    """What the model sees of a column beside or in place of its canonical form."""
    made: list[One] = []
    if isinstance(feature, Date):
        made = [_of_number(one) for one in OF_DAY]
    elif isinstance(feature, Text) and feature.words:
        made = [_bucket(number) for number in range(BUCKETS)]
    return [
        (part, lambda known, one=one: _each(one, known[name]))  # type: ignore[misc]
        for part, one in zip(parts(name, feature), made, strict=True)
    ]


class FeatureMaker:
    """Columns of the contract in, columns of the model out; `names` and `categorical` tell what they are."""

    def __init__(self, contract: Contract) -> None:
        self._canonical = [
            (name, canonical(feature), isinstance(feature, Number | Integer))
            for name, feature in contract.features.items()
        ]
        self._steps: list[Step] = []
        self.names: list[str] = []
        categories: set[str] = set()
        for name, feature in contract.features.items():
            if not feature.in_model:
                continue
            steps = _parts(name, feature)
            self._steps += steps
            if not (isinstance(feature, Text) and feature.words):
                self.names.append(name)
                if not isinstance(feature, Number | Integer | Date):
                    categories.add(name)
            self.names += [part for part, _ in steps]
        for name, rule in contract.derived.items():
            self._steps.append((name, _derived(rule)))
            self.names.append(name)
            if not isinstance(rule, Sum):
                categories.add(name)
        self.categorical = [name for name in self.names if name in categories]

    def __call__(self, columns: Columns) -> dict[str, Column]:
        """The model's columns, in the order of `names`; None and NaN both mean missing in what comes in.

        A large table gives arrays (float64, or object for text), a small one lists.
        """
        large = isinstance(columns, pd.DataFrame) and len(columns) >= MANY
        known: dict[str, Column] = {}
        for name, convert, number in self._canonical:
            values = columns[name]
            if large and number:
                known[name] = _numbers(pd.Series(values))
            elif large:
                known[name] = _each(convert, pd.Series(values).to_numpy(dtype=object))
            else:
                known[name] = [convert(None if value is None or value != value else value) for value in values]
        for name, step in self._steps:
            known[name] = step(known)
        return {name: known[name] for name in self.names}
