"""The distinct values of a column."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MOST_VALUES = 2000  # distinct values that are counted


@dataclass
class ValueProfile:
    """`counts` of each value, up to MOST_VALUES; then `overflow` is true and they are incomplete.

    `hashes` of every value are kept as long as no value has occurred twice, to recognise an id: 8 bytes a row.
    """

    counts: dict[str, int] = field(default_factory=dict)
    overflow: bool = False
    hashes: list[np.ndarray] | None = field(default_factory=list)

    def add(self, valid: pa.Array) -> None:
        """Add one batch of the column without its missing cells."""
        if self.overflow and self.hashes is None:
            return
        counted = pc.value_counts(valid)
        if self.hashes is not None and len(counted) == len(valid):
            self.hashes.append(np.fromiter(map(hash, valid.to_pylist()), dtype=np.int64, count=len(valid)))
        else:
            self.hashes = None
        if self.overflow:
            return
        for value, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
            self.counts[value] = self.counts.get(value, 0) + count
            if len(self.counts) > MOST_VALUES:
                self.overflow = True
                return

    @property
    def all_different(self) -> bool:
        """Whether no value occurs twice, in two values or more."""
        if not self.hashes:
            return False
        hashes = np.concatenate(self.hashes)
        return len(hashes) > 1 and len(np.unique(hashes)) == len(hashes)
