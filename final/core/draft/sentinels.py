"""Values such as -999 and 1900-01-01 that stand for a missing one: far from all others, and there again and again."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NINES = [float("9" * digits) for digits in range(2, 10)]
NUMBERS = frozenset([*NINES, *(-number for number in NINES), -1.0, -9.0])
EPOCH = date(1970, 1, 1)
DAYS = frozenset(
    float((date(*day) - EPOCH).days)
    for day in [
        *((1, 1, 1), (1753, 1, 1), (1800, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1901, 1, 1)),
        *((1970, 1, 1), (2099, 12, 31), (2100, 1, 1), (2999, 12, 31), (3000, 1, 1), (9999, 12, 31)),
    ]
)
LEAST_CELLS = 5
LEAST_SHARE = 0.005
FEW = 10  # numbers as small as this may be counts


def day(value: float) -> str:
    """A day, counted from 1970 on."""
    return (EPOCH + timedelta(value)).isoformat()


@dataclass
class Sentinels:
    """The usual values for "missing" at either end of a column, with their spellings, and the range of the others."""

    usual: frozenset[float] = NUMBERS
    cells: dict[float, Counter[str]] = field(default_factory=dict)
    low: float = np.inf
    high: float = -np.inf

    def add(self, column: pa.Array, values: np.ndarray) -> None:
        """Add one batch: its cells, and what they mean, NaN if nothing."""
        others = values[~np.isnan(values)]
        if not len(others):
            return
        ends = {float(others.min()), float(others.max())}
        for end in ends & self.usual:
            counted = pc.value_counts(column.filter(pa.array(values == end)))
            spellings = dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))
            self.cells.setdefault(end, Counter()).update(spellings)
            others = others[others != end]
        if ends & self.usual:
            ends = {float(others.min()), float(others.max())} if len(others) else set()
        self.low = min([self.low, *ends])
        self.high = max([self.high, *ends])

    def apart(self, rows: int) -> dict[float, bool]:
        """The values that stand apart from the others; true if it is certain that they mean a missing one."""
        results = {}
        span = self.high - self.low
        for value, spellings in self.cells.items():
            gap = max(self.low - value, value - self.high)
            is_often = spellings.total() >= max(LEAST_CELLS, rows * LEAST_SHARE)
            is_other_sign = value < 0 <= self.low and self.usual is NUMBERS
            if not is_often or span <= 0 or not (is_other_sign or gap > span / 4):
                continue
            is_far = gap > span * (0.5 if self.usual is DAYS else 2)  # 99 and 999 are prices too
            results[value] = abs(value) > FEW and (is_other_sign or is_far)
        return results

    def words(self, rows: int) -> set[str]:
        """The spellings of the values that certainly mean a missing one."""
        return {word for value, certain in self.apart(rows).items() if certain for word in self.cells[value]}

    def count(self, word: str) -> int:
        return sum(spellings[word] for spellings in self.cells.values())
