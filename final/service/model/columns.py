"""Columns of a table checked as a whole: what the model sees of each cell, and which cells are good for certain.

A cell that is not good for certain may still be good: its row is checked by `Rows`, which gives the exact answer.
Numbers are checked by Arrow and numpy; of every other column each distinct value is checked once, by the code that
checks it in a single row.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types
from pydantic import ConfigDict, TypeAdapter, ValidationError

from core.features.canonical import canonical
from core.features.columns import MISSING, coded
from core.spec.columns import Date, Feature, Integer, Number, Text
from core.spec.request import annotation
from service.model.cells import day
from service.model.rows import cell

PLAIN_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
EXACT = 2.0**53  # below it every integer is a float of the same value
Values = np.ndarray | pd.Categorical
Checked = tuple[Values, np.ndarray]  # canonical values; whether each is good, bool, shape (n,)


class ColumnCheck:
    """Checks the cells of one feature."""

    def __init__(self, feature: Feature) -> None:
        self._feature = feature
        self._is_number = isinstance(feature, Number | Integer)
        self._bounds = bounds(feature) if isinstance(feature, Number | Integer) else (math.nan, math.nan)
        self._is_float = self._is_number or isinstance(feature, Date)
        self._cell = cell(feature)
        self._canonical = canonical(feature)
        kind = annotation(feature)
        self._validator = TypeAdapter(kind | None if feature.nullable else kind, config=ConfigDict(strict=True))

    def __call__(self, column: pa.Array) -> Checked:
        kind = column.type
        if types.is_null(kind):
            return self.missing(len(column))
        if self._is_number and types.is_string(kind):
            return self._numbers(*_parsed(column))
        if self._is_number and (types.is_integer(kind) or types.is_float32(kind) or types.is_float64(kind)):
            # one that is too large to be exact is not good for certain
            floats = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
            return self._numbers(floats, np.isnan(floats))
        if isinstance(self._feature, Text) and _is_of_strings(column):
            return self._texts(self._feature, column)
        return self._distinct(column)

    def missing(self, rows: int) -> Checked:
        """A column without a value."""
        good = np.full(rows, self._feature.nullable)
        if self._is_float:
            return np.full(rows, math.nan), good
        return coded([MISSING], np.zeros(rows, dtype=np.int8)), good

    def _numbers(self, values: np.ndarray, missing: np.ndarray) -> Checked:
        """`missing`: where the cell is empty; any other NaN is a cell that is not plain."""
        low, high = self._bounds
        good = (values >= low) & (values <= high)
        if isinstance(self._feature, Integer):
            good &= np.floor(values) == values
            values = values + 0.0  # an integer has no negative zero
        if self._feature.nullable:
            good |= missing
        return values, good

    def _texts(self, feature: Text, column: pa.Array) -> Checked:
        distinct, indices = _distinct_strings(column)
        good = pc.utf8_length(distinct).to_numpy() <= feature.max_length
        if not feature.nullable:
            good &= pc.binary_length(distinct).to_numpy() > 0
        return _spread(distinct.to_pylist(), good, indices, feature.nullable)

    def _distinct(self, column: pa.Array) -> Checked:
        values, indices = distinct_values(column)
        converted: list[Any] = []
        good = np.zeros(len(values), dtype=bool)
        unknown = math.nan if self._is_float else MISSING
        for place, value in enumerate(values):
            try:
                checked = self._validator.validate_python(self._cell(value))
            except (ValidationError, ValueError, OverflowError):
                converted.append(unknown)
                continue
            converted.append(self._canonical(checked))
            good[place] = True
        if not self._is_float:
            return _spread(converted, good, indices, self._feature.nullable)
        codes = _codes(indices)
        floats = np.array([*converted, math.nan], dtype=float)
        return floats[codes], np.append(good, self._feature.nullable)[codes]


def bounds(feature: Number | Integer) -> tuple[float, float]:
    """Of the numbers that are good for certain: finite ones, and integers that are exact as floats."""
    most = EXACT - 1 if isinstance(feature, Integer) else float(np.finfo(float).max)
    low = -most if feature.min is None else max(-most, feature.min)
    high = most if feature.max is None else min(most, feature.max)
    return (float(low) if low <= most else math.inf), (float(high) if high >= -most else -math.inf)


def distinct_values(column: pa.Array) -> tuple[list[Any], pa.Array]:
    """The distinct values as Python objects, and the index of each row's, null where the cell is."""
    if types.is_dictionary(column.type):
        used = column.indices.dictionary_encode()
        return [day(column.dictionary[place]) for place in used.dictionary.to_pylist()], used.indices
    encoded = column.dictionary_encode()
    if types.is_temporal(column.type):
        return [day(value) for value in encoded.dictionary], encoded.indices
    return encoded.dictionary.to_pylist(), encoded.indices


def _is_of_strings(column: pa.Array) -> bool:
    kind = column.type
    if types.is_dictionary(kind):
        return bool(types.is_string(kind.value_type) and not column.dictionary.null_count)
    return bool(types.is_string(kind))


def _distinct_strings(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The distinct strings of the rows, and the index of each row's, null where the cell is."""
    if types.is_dictionary(column.type):
        used = column.indices.dictionary_encode()
        return column.dictionary.take(used.dictionary), used.indices
    encoded = column.dictionary_encode()
    return encoded.dictionary, encoded.indices


def _codes(indices: pa.Array) -> np.ndarray:
    """The indices, -1 for null: the last of an array, where the missing value is put."""
    return np.asarray((indices.fill_null(-1) if indices.null_count else indices).to_numpy(zero_copy_only=False))


def _spread(texts: list[str], good: np.ndarray, indices: pa.Array, nullable: bool) -> Checked:
    codes = _codes(indices)
    if not indices.null_count:
        return coded(texts, codes), good[codes]
    codes = np.where(codes < 0, len(texts), codes)
    return coded([*texts, MISSING], codes), np.append(good, nullable)[codes]


def _parsed(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The numbers that texts spell, NaN for others; and where they are empty. Both shape (n,).

    What Arrow parses, Python's float() parses as well, to the same number.
    """
    empty = pc.equal(column, "")
    if column.null_count:
        empty = empty.fill_null(True)
    missing = empty.to_numpy(zero_copy_only=False)
    texts = pc.if_else(empty, pa.scalar(None, pa.string()), column) if missing.any() else column
    try:
        floats = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(texts, PLAIN_NUMBER)
        floats = pc.if_else(plain, texts, pa.scalar(None, pa.string())).cast(pa.float64())
    return floats.to_numpy(zero_copy_only=False), missing


class Columns:
    """Checks tables of one contract."""

    def __init__(self, features: dict[str, Feature]) -> None:
        self._checks = {name: ColumnCheck(feature) for name, feature in features.items()}

    def __call__(self, columns: dict[str, pa.Array], rows: int) -> tuple[dict[str, Values], np.ndarray]:
        """The canonical columns, and which rows are good for certain, shape (rows,); no column may be unknown."""
        checked: dict[str, Values] = {}
        good = np.ones(rows, dtype=bool)
        for name, check in self._checks.items():
            checked[name], is_good = check(columns[name]) if name in columns else check.missing(rows)
            good &= is_good
        return checked, good


def chosen(columns: dict[str, Values], rows: np.ndarray) -> dict[str, Values]:
    """Some rows of columns; `rows` is a mask, shape (n,)."""
    return {name: values[rows] for name, values in columns.items()}
