"""How far features and predictions have moved from the reference, as the share of rows that moved.

A number is compared at the deciles of the reference: the largest difference of the two distribution functions there
(Kolmogorov and Smirnov's distance). A category is compared value by value. The share of missing cells is compared too.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

VALUES = 10  # of a category that are compared by name
DECILES = np.arange(1, 10) / 10
REFERENCE_LUCK = 3.0  # standard errors of the reference's own share
SMALLEST = 0.001  # limit of a share


@dataclass(frozen=True)
class Profile:
    """One column of the reference. `marks` are deciles of a number, or names of a category's values."""

    name: str
    importance: float
    categorical: bool
    marks: tuple[Any, ...]
    shares: np.ndarray  # of rows at or below each decile, or with each value, and of missing ones; shape (P,)
    rows: int
    center: Any  # the median, or the commonest value
    span: tuple[float, float] | None  # of a number, least and greatest value
    is_clock: bool = False  # made of a date, which moves by itself

    @classmethod
    def of(
        cls, name: str, values: np.ndarray, importance: float, categorical: bool, is_clock: bool = False
    ) -> "Profile":
        """`values` has shape (n,): float64 with NaN, or object with None for missing."""
        if categorical:
            names, counts = np.unique(_texts(values), return_counts=True)
            marks = tuple(names[np.argsort(-counts, kind="stable")][:VALUES].tolist())
            span = None
        else:
            present = values[~np.isnan(values)]
            marks = tuple(np.unique(np.quantile(present, DECILES)).tolist()) if len(present) else ()
            span = (float(present.min()), float(present.max())) if len(present) else None
        shares = indicators(values, marks, categorical).mean(axis=0)
        middle = center(values, categorical)
        return cls(name, importance, categorical, marks, shares, len(values), middle, span, is_clock)

    def tested(self, values: np.ndarray) -> np.ndarray:
        """For the detector, shape (n, 2P): whether a row is in each part, and whether it is not."""
        inside = indicators(values, self.marks, self.categorical)
        return np.hstack([inside, 1 - inside])

    def limits(self, drift: float) -> np.ndarray | None:
        """The greatest shares that are no alarm, shape (2P,); None if this feature's drift cannot matter.

        What may move is `drift` divided by the importance, besides the luck that the reference had.
        """
        may_move = drift / self.importance if self.importance > 0 and not self.is_clock else math.inf
        if may_move >= 1:
            return None
        luck = REFERENCE_LUCK * np.sqrt(self.shares * (1 - self.shares) / self.rows)
        both = np.hstack([self.shares + luck, 1 - self.shares + luck]) + may_move
        return np.asarray(np.clip(both, SMALLEST, 1.0))

    def effect(self, values: np.ndarray) -> dict[str, Any]:
        """The share of rows that moved, and where to, in the feature's own unit."""
        now = indicators(values, self.marks, self.categorical).mean(axis=0)
        place = int(np.argmax(np.abs(now - self.shares)))
        moved = float(abs(now[place] - self.shares[place]))
        part = "missing" if place == len(self.marks) else self._part(place)
        return {
            "feature": self.name,
            "importance": self.importance,
            "moved": moved,
            "weighted": moved * self.importance,
            "part": part,
            "share_before": float(self.shares[place]),
            "share_now": float(now[place]),
            "center_before": self.center,
            "center_now": center(values, self.categorical),
            "missing_before": float(self.shares[-1]),
            "missing_now": float(now[-1]),
            "outside": self._outside(values),
        }

    def _part(self, place: int) -> str:
        return str(self.marks[place]) if self.categorical else f"at most {self.marks[place]:.4g}"

    def _outside(self, values: np.ndarray) -> float | None:
        """Share of the numbers that are beyond the reference's; None for a category."""
        if self.span is None:
            return None
        present = values[~np.isnan(values)]
        return float(((present < self.span[0]) | (present > self.span[1])).mean()) if len(present) else 0.0


def indicators(values: np.ndarray, marks: tuple[Any, ...], categorical: bool) -> np.ndarray:
    """Whether each row is in each part and, last, missing; shape (n, P), 0.0 or 1.0."""
    if categorical:
        texts = _texts(values)
        parts = [texts == mark for mark in marks]
        missing = np.array([value in (None, "") for value in values], dtype=bool)
    else:
        parts = [values <= mark for mark in marks]
        missing = np.isnan(values)
    return np.column_stack([*parts, missing]).astype(float)


def center(values: np.ndarray, categorical: bool) -> Any:
    """The median of numbers, the commonest value of a category; None if all are missing."""
    if categorical:
        names, counts = np.unique(_texts(values), return_counts=True)
        return str(names[counts.argmax()]) if len(names) else None
    present = values[~np.isnan(values)]
    return float(np.median(present)) if len(present) else None


def _texts(values: np.ndarray) -> np.ndarray:
    return np.array(["" if value is None else str(value) for value in values], dtype=str)
