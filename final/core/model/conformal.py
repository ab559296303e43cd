"""Prediction sets and intervals that hold the truth as often as promised: split conformal prediction.

V. Vovk, A. Gammerman and G. Shafer, "Algorithmic Learning in a Random World", 2005. A set has the classes of a high
enough probability: M. Sadinle, J. Lei and L. Wasserman, "Least Ambiguous Set-Valued Classifiers", 2019. Where the rows
that the model was not fitted on are those of folds, the promise is that of V. Vovk, "Cross-conformal predictors", 2015:
it holds nearly, and the coverage gate looks at the hold-out. For rows that come from elsewhere nothing is promised.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np

from core.base.digits import rounded
from core.base.errors import UserError
from core.base.files import as_json
from core.metrics.metrics import chosen
from core.spec.target import Target

FILE = "guarantee.json"


@dataclass(frozen=True)
class Guarantee:
    """How far from the answer the truth is, in the promised share of the rows that the model was not fitted on.

    `limit` is 1 - the probability of a class that is just in the set, or half the width of the interval.
    """

    coverage: float
    rows: int
    limit: float

    @classmethod
    def of(cls, coverage: float, target: Target, actual: np.ndarray, scores: np.ndarray) -> Self:
        """From rows that the model was not fitted on. Raises UserError where they are too few for the promise.

        `actual` as `codes` gives it, shape (n,); `scores` as the model gives them, (n,) or (n, K).
        """
        if target.task == "regression":
            distance = np.abs(actual - scores)
        else:
            distance = 1 - _shares(scores)[np.arange(len(actual)), actual]
        rank = math.ceil((len(distance) + 1) * coverage)
        if rank > len(distance):
            least = math.ceil(round(coverage / (1 - coverage), 9))
            raise UserError(
                f"coverage {coverage:g} of product.yaml takes {least} rows that the model is not fitted on, there are "
                f"{len(distance)}: get more rows, or lower it"
            )
        return cls(coverage, len(distance), rounded(float(np.sort(distance)[rank - 1])))

    def sets(self, scores: np.ndarray) -> np.ndarray:
        """Which classes are in the set of each row, bool, shape (n, K); the most likely one always is."""
        shares = _shares(scores)
        members = shares >= 1 - self.limit
        members[np.arange(len(shares)), chosen(scores)] = True
        return members

    def intervals(self, scores: np.ndarray) -> np.ndarray:
        """Low and high end of each row's interval, shape (n, 2)."""
        return np.stack([scores - self.limit, scores + self.limit], axis=1)

    def holds(self, target: Target, actual: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """Whether the truth is in the set or the interval of each row, bool, shape (n,)."""
        if target.task != "regression":
            return np.asarray(self.sets(scores)[np.arange(len(actual)), actual])
        low, high = self.intervals(scores).T
        return np.asarray((low <= actual) & (actual <= high))

    def sizes(self, target: Target, scores: np.ndarray) -> np.ndarray:
        """Classes in the set of each row, or the width of its interval, shape (n,)."""
        if target.task == "regression":
            return np.full(len(scores), 2 * self.limit)
        return np.asarray(self.sets(scores).sum(axis=1))

    def save(self, folder: Path) -> None:
        (folder / FILE).write_bytes(as_json(asdict(self)))

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """None where the model promises nothing."""
        path = folder / FILE
        return cls(**json.loads(path.read_bytes())) if path.exists() else None


def _shares(scores: np.ndarray) -> np.ndarray:
    """The probability of each class, shape (n, K); of two the positive one is the last."""
    return scores if scores.ndim == 2 else np.stack([1 - scores, scores], axis=1)
