"""A linear model on the model's columns: logistic or ridge regression, fitted by scikit-learn, asked by numpy alone.

Numbers are standardised with their median for what is missing and a column that says so; a category has a column for
each of its commoner values. The strength of the penalty is the one that does best on the validation part.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from product.digits import rounded
from product.metric_names import Task

MOST_ROWS = 50_000  # more tell a linear model nothing new
AT_ONCE = 10_000  # rows that are answered together
MOST_LEVELS = 50
WIDE = 1000  # coefficients from which on Newton's matrix costs more than it saves
LEAST_ROWS = 5  # of a value of a category that gets a column
FARTHEST = 5.0  # standard deviations; what is farther out counts as that far
STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)  # inverse of the penalty, as scikit-learn's C

Columns = Mapping[str, Sequence[Any] | np.ndarray]


@dataclass(frozen=True)
class Encoder:
    """Columns as a matrix (n, P). numbers: name -> (median, mean, scale, has a column for missing)."""

    numbers: dict[str, tuple[float, float, float, bool]]
    levels: dict[str, list[str]]

    @classmethod
    def fit(cls, columns: Columns, categorical: Sequence[str]) -> Self:
        numbers, levels = {}, {}
        for name, values in columns.items():
            if name in categorical:
                counts = pd.Series(np.asarray(values, dtype=object)).value_counts()
                common = counts[counts >= LEAST_ROWS].head(MOST_LEVELS)
                levels[name] = sorted(map(str, common.index))
                continue
            column = np.asarray(values, dtype=float)
            there = column[~np.isnan(column)]
            median = float(np.median(there)) if len(there) else 0.0
            filled = np.where(np.isnan(column), median, column)
            scale = float(filled.std()) or 1.0
            numbers[name] = (median, float(filled.mean()), scale, len(there) < len(column))
        return cls(numbers, levels)

    def owners(self, names: Sequence[str]) -> np.ndarray:
        """Number of the feature that each column of the matrix comes from, shape (P,)."""
        found = []
        for number, name in enumerate(names):
            found += [number] * (len(self.levels[name]) if name in self.levels else 1 + self.numbers[name][3])
        return np.array(found, dtype=int)

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
            gone = np.isnan(numbers)
            standard = (np.where(gone, layout.medians, numbers) - layout.means) / layout.scales
            matrix[:, layout.places] = np.minimum(np.maximum(standard, -FARTHEST), FARTHEST)
            matrix[:, layout.indicators] = gone[:, layout.indicated]
        for name, places in layout.levels:
            found = np.array([places.get(value, -1) for value in columns[name]])
            known = np.flatnonzero(found >= 0)
            matrix[known, found[known]] = 1
        return matrix


@dataclass(frozen=True)
class _Layout:
    """Where the columns of the matrix are, for columns in one order: looked up once, not at each row."""

    width: int
    numbers: list[str]
    medians: np.ndarray
    means: np.ndarray
    scales: np.ndarray
    places: list[int]  # of the numbers
    indicated: list[int]  # which of the numbers have a column for what is missing,
    indicators: list[int]  # and where
    levels: list[tuple[str, dict[str, int]]]

    @classmethod
    def of(cls, encoder: Encoder, names: Sequence[str]) -> Self:
        numbers = [name for name in names if name in encoder.numbers]
        medians, means, scales = np.array([encoder.numbers[name][:3] for name in numbers]).reshape(-1, 3).T
        width, places, indicated, indicators, levels = 0, [], [], [], []
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


@dataclass(frozen=True)
class Linear:
    """raw = matrix @ coefficients + intercepts; K columns for K classes, one else. `means` are the matrix's."""

    encoder: Encoder
    coefficients: np.ndarray  # (P, K)
    intercepts: np.ndarray  # (K,)
    means: np.ndarray  # (P,)

    def raw(self, columns: Columns) -> np.ndarray:
        """Log-odds (n,), a score for each class (n, K), or the value (n,)."""
        rows = len(next(iter(columns.values())))
        if rows > AT_ONCE:  # the matrix is many times as wide as the table
            starts = range(0, rows, AT_ONCE)
            cut = ({name: values[at : at + AT_ONCE] for name, values in columns.items()} for at in starts)
            return np.concatenate([self.raw(part) for part in cut])
        # not @, which adds in another order for one row than for many: a row's answer is the same in any company
        found = np.einsum("np,pk->nk", self.encoder(columns), self.coefficients) + self.intercepts
        return np.asarray(found[:, 0] if found.shape[1] == 1 else found)

    def contributions(self, columns: Columns) -> np.ndarray:
        """(n, F+1) or (n, K, F+1): coefficient x distance from the mean, summed by feature; the last is the base.

        For a linear model these are its SHAP values where the columns are independent (Lundberg and Lee 2017).
        """
        away = self.encoder(columns) - self.means
        owners = self.encoder.owners(list(columns))
        found = np.zeros((len(away), self.coefficients.shape[1], len(columns) + 1))
        for number in range(len(columns)):
            mine = owners == number
            found[:, :, number] = away[:, mine] @ self.coefficients[mine]
        found[:, :, -1] = self.means @ self.coefficients + self.intercepts
        return found[:, 0] if found.shape[1] == 1 else found

    def as_dict(self) -> dict[str, Any]:
        arrays = {name: getattr(self, name).tolist() for name in ("coefficients", "intercepts", "means")}
        return {"encoder": asdict(self.encoder), **arrays}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Self:
        numbers = {name: tuple(values) for name, values in saved["encoder"]["numbers"].items()}
        encoder = Encoder(numbers, saved["encoder"]["levels"])
        return cls(encoder, *(np.array(saved[name]) for name in ("coefficients", "intercepts", "means")))


def _estimate(task: Task, strength: float, matrix: np.ndarray, target: np.ndarray, classes: int) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    if task == "regression":
        model = Ridge(alpha=1 / strength).fit(matrix, target)
        return model.coef_.reshape(-1, 1), np.array([model.intercept_])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # more iterations would move the scores by nothing seen
        # Newton's steps end at the optimum, on every processor the same; L-BFGS stops near it, and is for wide tables
        wide = matrix.shape[1] * max(1, classes) > WIDE
        how: dict[str, Any] = {"max_iter": 300} if wide else {"solver": "newton-cholesky", "tol": 1e-8}
        model = LogisticRegression(C=strength, **how).fit(matrix, target)
    if task == "binary":
        return model.coef_.T, model.intercept_
    coefficients, intercepts = np.zeros((matrix.shape[1], classes)), np.full(classes, -10.0)  # a class never seen
    if len(model.classes_) == 2:
        coefficients[:, model.classes_[1]], intercepts[model.classes_[1]] = model.coef_[0], model.intercept_[0]
        intercepts[model.classes_[0]] = 0
    else:
        coefficients[:, model.classes_], intercepts[model.classes_] = model.coef_.T, model.intercept_
    return coefficients, intercepts


def drawn(rows: int) -> np.ndarray:
    """Positions of the rows to fit on: all, or MOST_ROWS of them, in their order."""
    return np.sort(np.random.default_rng(0).permutation(rows)[:MOST_ROWS]) if rows > MOST_ROWS else np.arange(rows)


def fit(
    task: Task, columns: Columns, target: np.ndarray, categorical: Sequence[str], strength: float, classes: int
) -> Linear:
    """Fit with one strength; of more than MOST_ROWS rows a part drawn by a fixed seed."""
    if len(target) > MOST_ROWS:
        rows = drawn(len(target))
        columns = {name: np.asarray(values)[rows] for name, values in columns.items()}
        target = target[rows]
    encoder = Encoder.fit(columns, categorical)
    matrix = encoder(columns)
    coefficients, intercepts = _estimate(task, strength, matrix, target, classes)
    return Linear.from_dict(rounded(Linear(encoder, coefficients, intercepts, matrix.mean(axis=0)).as_dict()))
