"""Columns of the model as a matrix for a linear model.

Numbers are standardised; a missing number is replaced by the median and marked in a column of its own. A category has
a column for each of its common values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from core.features.columns import Column

MOST_LEVELS = 50
LEAST_ROWS = 5  # of a value of a category that gets a column
FARTHEST = 5.0  # standard deviations at which values are clipped

Columns = Mapping[str, Column]


@dataclass(frozen=True)
class Encoder:
    """Columns as a matrix (n, P). numbers: name -> (median, mean, scale, has a column for missing values)."""

    numbers: dict[str, tuple[float, float, float, bool]]
    levels: dict[str, list[str]]

    @classmethod
    def fit(cls, columns: Columns, categorical: Sequence[str]) -> Self:
        levels = {name: _common_levels(values) for name, values in columns.items() if name in categorical}
        return cls(_scales({name: values for name, values in columns.items() if name not in levels}), levels)

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        return cls({name: tuple(values) for name, values in saved["numbers"].items()}, saved["levels"])

    def owners(self, names: Sequence[str]) -> np.ndarray:
        """Number of the feature that each column of the matrix comes from, shape (P,)."""
        widths = [len(self.levels[name]) if name in self.levels else 1 + self.numbers[name][3] for name in names]
        return np.repeat(np.arange(len(names)), widths)

    @cached_property
    def _layouts(self) -> dict[tuple[str, ...], "_Layout"]:
        return {}

    def __call__(self, columns: Columns) -> np.ndarray:
        names = tuple(columns)
        layout = self._layouts.get(names)
        if layout is None:
            layout = self._layouts[names] = _Layout.of(self, names)
        rows = len(columns[names[0]])
        matrix = np.zeros((rows, layout.width))
        if layout.numbers:
            numbers = np.array([columns[name] for name in layout.numbers], dtype=float).T
            missing = np.isnan(numbers)
            standard = (np.where(missing, layout.medians, numbers) - layout.means) / layout.scales
            matrix[:, layout.places] = np.minimum(np.maximum(standard, -FARTHEST), FARTHEST)
            matrix[:, layout.indicators] = missing[:, layout.indicated]
        for name, place_of in layout.levels:
            places = _places(columns[name], place_of)
            with_column = np.flatnonzero(places >= 0)
            matrix[with_column, places[with_column]] = 1
        return matrix


def _common_levels(values: Column) -> list[str]:
    """The values of a category that get a column, sorted."""
    codes, distinct = pd.factorize(np.asarray(values, dtype=object))
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    order = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    return sorted(str(distinct[code]) for code in order if counts[code] >= LEAST_ROWS)


def _scales(columns: Columns) -> dict[str, tuple[float, float, float, bool]]:
    """The numbers' part of an Encoder: medians, means and scales of all columns at once."""
    if not columns:
        return {}
    values = np.array([columns[name] for name in columns], dtype=float)  # a row for each column
    missing = np.isnan(values)
    has_missing = missing.any(axis=1)
    medians = np.median(values, axis=1)
    for row in np.flatnonzero(has_missing):
        present = values[row, ~missing[row]]
        medians[row] = np.median(present) if len(present) else 0.0
    values = np.where(missing, medians[:, None], values)
    means, scales = values.mean(axis=1), values.std(axis=1)
    scales[scales == 0] = 1.0
    figures = (array.tolist() for array in (medians, means, scales, has_missing))
    return dict(zip(columns, zip(*figures, strict=True), strict=True))


def _places(values: Column, place_of: dict[str, int]) -> np.ndarray:
    """The place of each value's own column, -1 if it has none; shape (n,)."""
    if isinstance(values, pd.Categorical):
        places = np.array([place_of.get(value, -1) for value in values.categories], dtype=int)
        return np.asarray(places[values.codes])
    return np.array([place_of.get(value, -1) for value in values])


@dataclass(frozen=True)
class _Layout:
    """The places of the matrix's columns for one order of the features; computed once, not for each row."""

    width: int
    numbers: list[str]
    medians: np.ndarray
    means: np.ndarray
    scales: np.ndarray
    places: list[int]  # of the numbers
    indicated: list[int]  # the numbers that have a column for missing values
    indicators: list[int]  # the places of those columns
    levels: list[tuple[str, dict[str, int]]]

    @classmethod
    def of(cls, encoder: Encoder, names: Sequence[str]) -> Self:
        numbers = [name for name in names if name in encoder.numbers]
        medians, means, scales = np.array([encoder.numbers[name][:3] for name in numbers]).reshape(-1, 3).T
        width = 0
        places: list[int] = []
        indicated: list[int] = []
        indicators: list[int] = []
        levels = []
        for name in names:
            if name in encoder.levels:
                values = encoder.levels[name]
                levels.append((name, {value: width + number for number, value in enumerate(values)}))
                width += len(values)
                continue
            places.append(width)
            if encoder.numbers[name][3]:
                indicated.append(len(places) - 1)
                indicators.append(width + 1)
            width += 1 + encoder.numbers[name][3]
        return cls(width, numbers, medians, means, scales, places, indicated, indicators, levels)
