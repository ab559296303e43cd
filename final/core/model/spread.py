"""How far from the truth the answers of a regression usually are, where that depends on the answer itself.

The distances of conformal prediction are divided by it, so that an interval is wide where the model is unsure:
H. Papadopoulos, A. Gammerman and V. Vovk, "Normalized nonconformity measures for regression conformal prediction",
2008.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from core.base.digits import rounded

LEAST_ROWS = 500
PARTS = 10  # of the rows by their answer, each with its own mean distance
LEAST_SHARE = 0.2  # of the mean distance: no interval is narrower than luck in a few rows allows
GAIN = 0.03  # by which intervals have to be narrower on average, on rows that the spread is not of
FOLDS = 5


@dataclass(frozen=True)
class Spread:
    """Mean distance of the truth by the answer: linear between the given answers, constant beyond them."""

    answers: list[float]
    distances: list[float]

    @classmethod
    def of(cls, scores: np.ndarray, distances: np.ndarray) -> Self:
        """From answers and their distances from the truth, (n,) each, of rows that the model was not fitted on."""
        parts = np.array_split(np.argsort(scores, kind="stable"), PARTS)
        middles = [float(scores[part].mean()) for part in parts]
        means = [max(float(distances[part].mean()), LEAST_SHARE * float(distances.mean())) for part in parts]
        places = np.unique(middles, return_index=True)[1]
        return cls([rounded(middles[at]) for at in places], [rounded(means[at]) for at in places])

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """The mean distance at each answer, (n,)."""
        return np.asarray(np.interp(scores, *self._line))

    @cached_property
    def _line(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array(self.answers), np.array(self.distances)


def learned(scores: np.ndarray, distances: np.ndarray, coverage: float) -> tuple[Spread, np.ndarray] | None:
    """A spread, and that of each row as the other rows tell it, (n,); None where it would not make intervals narrower.

    The quantile of the divided distances is then of rows that each spread was not made of.
    """
    if len(scores) < LEAST_ROWS or not distances.any():
        return None
    fold = np.random.default_rng(0).permutation(len(scores)) % FOLDS
    unseen = np.empty(len(scores))
    for number in range(FOLDS):
        unseen[fold == number] = Spread.of(scores[fold != number], distances[fold != number])(scores[fold == number])
    if np.quantile(distances / unseen, coverage) * unseen.mean() > (1 - GAIN) * np.quantile(distances, coverage):
        return None
    return Spread.of(scores, distances), unseen
