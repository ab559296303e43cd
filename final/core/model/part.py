"""What every estimator can do: be fitted to data, and give a part of a model that answers and explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import pandas as pd
from scipy.special import expit, softmax

from core.features.columns import Column
from core.features.maker import FeatureMaker
from core.metrics.classes import codes
from core.metrics.weights import row_weights
from core.model.folds import Fold
from core.spec.contract import Contract
from core.spec.target import Target


class Part(Protocol):
    """A fitted estimator on the model's columns; its values are described at ProductModel."""

    FILE: ClassVar[str]

    def raw(self, columns: Mapping[str, Column]) -> np.ndarray: ...

    def contributions(self, columns: Mapping[str, Column]) -> np.ndarray: ...

    def save(self, path: Path) -> None: ...


@dataclass(frozen=True)
class Data:
    """Columns of the model, codes of the target, and how much each row counts."""

    columns: dict[str, Column]
    target: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, maker: FeatureMaker, contract: Contract, table: pd.DataFrame) -> Self:
        target = contract.target
        return cls(maker(table), codes(table[target.name], target), row_weights(table, contract))

    def __len__(self) -> int:
        return len(self.target)

    def joined(self, other: "Data") -> "Data":
        """The rows of both."""
        columns: dict[str, Column] = {}
        for name, values in self.columns.items():
            kind = object if isinstance(values[0], str) else float
            columns[name] = np.concatenate([np.asarray(part, dtype=kind) for part in (values, other.columns[name])])
        target = np.concatenate([self.target, other.target])
        return Data(columns, target, np.concatenate([self.weights, other.weights]))

    def take(self, rows: np.ndarray) -> "Data":
        """The rows at these positions, of data whose columns are arrays."""
        columns: dict[str, Column] = {name: np.asarray(values)[rows] for name, values in self.columns.items()}
        return Data(columns, self.target[rows], self.weights[rows])


@dataclass(frozen=True)
class Fitted:
    """A part fitted on train: its raw scores of the validation part, and the choice (trees, strength) made there."""

    part: Part
    raw: np.ndarray
    choice: Any


@dataclass(frozen=True)
class Crossed:
    """Raw scores of all rows, each by a part that was fitted without the row, and the choice that did best on them."""

    raw: np.ndarray
    choice: Any


def crossed(raws: Sequence[np.ndarray], folds: Sequence[Fold]) -> np.ndarray:
    """The raw scores of the folds' rows, in the order of the table."""
    rows = np.concatenate([outside for _, outside in folds])
    return np.concatenate(raws)[np.argsort(rows)]


class Estimator(Protocol):
    def fit(self, train: Data, validation: Data) -> Fitted:
        """Fit on train and choose by validation; with many rows, `columns` of both may be empty afterwards."""
        ...

    def cross_fit(self, rows: Data, folds: Sequence[Fold]) -> Crossed:
        """Fit once for each fold, and choose by the rows of all."""
        ...

    def refit(self, rows: Data, choice: Any) -> Part:
        """Fit on all rows with an earlier choice."""
        ...


def activation(raw: np.ndarray, target: Target) -> np.ndarray:
    """Scores of raw scores: the logistic function, the softmax, or, for a regression, no change."""
    if target.task == "binary":
        return np.asarray(expit(raw))
    if target.task == "multiclass":
        return np.asarray(softmax(raw, axis=1))
    return raw
