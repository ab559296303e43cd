"""A lone number far beyond all others of its column, as a total or a slip of the comma is."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from core.draft.examples import Lines

TIMES = 100
LEAST_NUMBERS = 20


@dataclass
class Extremes:
    """The number farthest from 0 with its line, and the size of the next."""

    count: int = 0
    largest: float = 0.0
    line: int = 0
    next_size: float = 0.0

    def add(self, numbers: pa.Array, lines: Lines) -> None:
        """Add one batch of the column, null where a cell is not a number."""
        values = np.nan_to_num(numbers.to_numpy(zero_copy_only=False))
        self.count += len(numbers) - numbers.null_count
        sizes = np.abs(values)
        place = int(sizes.argmax())
        others = float(np.partition(sizes, -2)[-2]) if len(sizes) > 1 else 0.0
        if sizes[place] > abs(self.largest):
            self.next_size = max(self.next_size, others, abs(self.largest))
            self.largest, self.line = float(values[place]), lines[place]
        else:
            self.next_size = max(self.next_size, float(sizes[place]))

    @property
    def is_lone(self) -> bool:
        """Whether the largest number is hundreds of times all others."""
        return self.count >= LEAST_NUMBERS and abs(self.largest) >= TIMES * self.next_size > 0
