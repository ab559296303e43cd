"""Rows that are Python objects as columns of Arrow, so that they are checked as those of a table are."""

from types import NoneType
from typing import Any

import numpy as np
import pyarrow as pa

from core.spec.columns import Boolean, Category, Feature, Integer, Number
from core.spec.contract import Contract

NUMBERS = frozenset({int, float})
LOOSE = (frozenset({str}), frozenset({int}), frozenset({float}), frozenset({bool}))


def columns_of(contract: Contract, values: list[Any], is_loose: bool) -> tuple[dict[str, pa.Array], np.ndarray]:
    """The columns of rows, and which rows are whole in them, bool, shape (n,).

    What is no object, has other names, or has a cell of a type that a column of its kind has not, is not whole.
    """
    names = {*contract.features, *contract.aside}
    is_row = [type(value) is dict and value.keys() <= names for value in values]
    rows = [value if is_whole else {} for value, is_whole in zip(values, is_row, strict=True)]
    whole = np.array(is_row)
    columns: dict[str, pa.Array] = {}
    for name, feature in contract.features.items():
        columns[name], has_cell = _column([row.get(name) for row in rows], feature, is_loose)
        whole &= has_cell
    return columns, whole


def _column(cells: list[Any], feature: Feature, is_loose: bool) -> tuple[pa.Array, np.ndarray]:
    """The cells as an array, and which of them are in it as they are, bool, shape (n,)."""
    kinds = frozenset(map(type, cells)) - {NoneType}
    allowed = _loose_kinds(kinds, feature) if is_loose else _json_kinds(feature)
    is_cell = np.ones(len(cells), dtype=bool)
    if not kinds <= allowed or (not is_loose and "" in cells):
        # in JSON an empty text is no missing value
        is_cell = np.array([cell is None or (type(cell) in allowed and cell != "") for cell in cells])
        cells = [cell if is_whole else None for cell, is_whole in zip(cells, is_cell, strict=True)]
    try:
        return pa.array(cells, pa.float64() if allowed == NUMBERS else None), is_cell
    except (pa.ArrowException, ValueError, OverflowError):  # integers beyond 64 bits, half a pair of UTF-16
        return pa.nulls(len(cells)), np.zeros(len(cells), dtype=bool)


def _json_kinds(feature: Feature) -> frozenset[type]:
    """The types of which JSON's cells of a feature are."""
    match feature:
        case Number():
            return NUMBERS
        case Integer():
            return frozenset({int})
        case Boolean():
            return frozenset({bool})
        case Category():
            kinds = frozenset(map(type, feature.values))
            return kinds if len(kinds) == 1 else frozenset()
    return frozenset({str})


def _loose_kinds(kinds: frozenset[type], feature: Feature) -> frozenset[type]:
    """The types of a table's column; cells of several are no column, but for numbers."""
    if kinds in LOOSE or (kinds == NUMBERS and isinstance(feature, Number | Integer)):
        return kinds
    return frozenset()
