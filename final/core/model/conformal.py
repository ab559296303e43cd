"""Prediction sets and intervals that hold the truth as often as promised: split conformal prediction.

V. Vovk, A. Gammerman and G. Shafer, "Algorithmic Learning in a Random World", 2005. A set has the classes of a high
enough probability: M. Sadinle, J. Lei and L. Wasserman, "Least Ambiguous Set-Valued Classifiers", 2019. The groups of a
column have limits of their own (V. Vovk, "Conditional validity of inductive conformal predictors", 2012), a row of
several groups takes the widest. Where the rows that the model was not fitted on are those of folds, the promise is that
of V. Vovk, "Cross-conformal predictors", 2015: it holds nearly, and the coverage gate looks at the hold-out. For rows
that come from elsewhere nothing is promised.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property, reduce
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from core.base.digits import rounded
from core.base.errors import UserError
from core.base.files import as_json
from core.features.columns import Column
from core.metrics.metrics import chosen
from core.model.spread import Spread, learned
from core.spec.target import Target

FILE = "guarantee.json"
LEAST_OF_A_GROUP = 50  # rows from which on a group has a limit of its own


@dataclass(frozen=True)
class Limit:
    """How far from the answer the truth is in the promised share of so many rows that the model was not fitted on."""

    rows: int
    limit: float


@dataclass(frozen=True)
class Guarantee:
    """How far from the answer the truth is, in the promised share of the rows that the model was not fitted on.

    `limit` is 1 - the probability of a class that is just in the set, or half the width of the interval, in units of
    the spread where there is one. `groups`: column of the model -> its value -> limit of these rows. `abstain`:
    answers say whether their set holds every class.
    """

    coverage: float
    rows: int
    limit: float
    groups: dict[str, dict[str, Limit]] = field(default_factory=dict)
    spread: Spread | None = None
    abstain: bool = False

    @classmethod
    def of(
        cls,
        coverage: float,
        target: Target,
        actual: np.ndarray,
        scores: np.ndarray,
        groups: Mapping[str, Column] | None = None,
    ) -> Self:
        """From rows that the model was not fitted on. Raises UserError where they are too few for the promise.

        `actual` as `codes` gives it, shape (n,); `scores` as the model gives them, (n,) or (n, K); `groups` are
        categorical columns of the model.
        """
        spread = None
        if target.task == "regression":
            distance = np.abs(actual - scores)
            if (narrower := learned(scores, distance, coverage)) is not None:
                spread, of_each_row = narrower
                distance = distance / of_each_row
        else:
            distance = 1 - _shares(scores)[np.arange(len(actual)), actual]
        if _rank(coverage, len(distance)) > len(distance):
            least = math.ceil(round(coverage / (1 - coverage), 9))
            raise UserError(
                f"coverage {coverage:g} of product.yaml takes {least} rows that the model is not fitted on, there are "
                f"{len(distance)}: get more rows, or lower it"
            )
        by_group = {
            name: _by_value(coverage, np.asarray(values, dtype=object), distance)
            for name, values in (groups or {}).items()
        }
        return cls(coverage, len(distance), _limit(coverage, distance), by_group, spread)

    def limits(self, columns: Mapping[str, Column], scores: np.ndarray) -> np.ndarray:
        """The limit of each row, (n,), by the model's columns; of an interval it is half the width."""
        each = [_looked_up(columns[name], table, self.limit) for name, table in self._tables.items()]
        limits = reduce(np.maximum, each) if each else np.full(len(scores), self.limit)
        return limits if self.spread is None else limits * self.spread(scores)

    @cached_property
    def _tables(self) -> dict[str, dict[str, float]]:
        """The limits of `groups` alone: made once, not for each row."""
        return {name: {value: group.limit for value, group in of.items()} for name, of in self.groups.items()}

    def save(self, folder: Path) -> None:
        (folder / FILE).write_bytes(as_json(asdict(self)))

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """None where the model promises nothing."""
        path = folder / FILE
        if not path.exists():
            return None
        saved: dict[str, Any] = json.loads(path.read_bytes())
        groups = {
            name: {value: Limit(**limit) for value, limit in values.items()}
            for name, values in saved.pop("groups").items()
        }
        spread = saved.pop("spread")
        return cls(**saved, groups=groups, spread=spread and Spread(**spread))


def sets(scores: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Which classes are in the set of each row, bool, shape (n, K); the most likely one always is."""
    shares = _shares(scores)
    members = shares >= 1 - limits[:, None]
    members[np.arange(len(shares)), chosen(scores)] = True
    return members


def intervals(scores: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Low and high end of each row's interval, shape (n, 2)."""
    return np.stack([scores - limits, scores + limits], axis=1)


def holds(target: Target, actual: np.ndarray, scores: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Whether the truth is in the set or the interval of each row, bool, shape (n,)."""
    if target.task != "regression":
        return np.asarray(sets(scores, limits)[np.arange(len(actual)), actual])
    low, high = intervals(scores, limits).T
    return np.asarray((low <= actual) & (actual <= high))


def sizes(target: Target, scores: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Classes in the set of each row, or the width of its interval, shape (n,)."""
    return 2 * limits if target.task == "regression" else np.asarray(sets(scores, limits).sum(axis=1))


def _rank(coverage: float, rows: int) -> int:
    return math.ceil((rows + 1) * coverage)


def _limit(coverage: float, distance: np.ndarray) -> float:
    return float(rounded(float(np.sort(distance)[_rank(coverage, len(distance)) - 1])))


def _by_value(coverage: float, values: np.ndarray, distance: np.ndarray) -> dict[str, Limit]:
    limits = {}
    for value in sorted(set(values)):
        own = distance[values == value]
        if len(own) >= LEAST_OF_A_GROUP and _rank(coverage, len(own)) <= len(own):
            limits[value] = Limit(len(own), _limit(coverage, own))
    return limits


def _looked_up(values: Column, limit_of: Mapping[str, float], other: float) -> np.ndarray:
    """The limit of each row's value, or the other, (n,)."""
    if isinstance(values, pd.Categorical):
        by_category = np.array([limit_of.get(value, other) for value in values.categories], dtype=float)
        return np.asarray(by_category[values.codes])
    return np.array([limit_of.get(value, other) for value in values], dtype=float)


def _shares(scores: np.ndarray) -> np.ndarray:
    """The probability of each class, shape (n, K); of two the positive one is the last."""
    return scores if scores.ndim == 2 else np.stack([1 - scores, scores], axis=1)
