"""What the model sees of a free text: counts of hashed words."""

import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.features.columns import Column, codes_of
from core.spec.columns import BUCKETS

WORD = re.compile(r"\w+")


def counts_name(column: str) -> str:
    """The name of the counts of a column on the way to its buckets; no column of a table can have it."""
    return f"{column}\0words"


@dataclass(frozen=True)
class WordCounts:
    """ln(1 + number of words of a text in each bucket), by CRC-32 (hashing trick, Weinberger et al. 2009)."""

    column: str

    def __call__(self, made: Mapping[str, Column]) -> Any:
        """A row of all buckets for each text: each text is read once."""
        values = made[self.column]
        if not isinstance(values, np.ndarray | pd.Categorical):
            return [_counts(text) for text in values]
        codes, distinct = codes_of(values)
        return np.array([_counts(text) for text in distinct]).reshape(-1, BUCKETS)[codes]


@dataclass(frozen=True)
class WordBucket:
    """One bucket of the counts of a column."""

    column: str
    number: int

    def __call__(self, made: Mapping[str, Column]) -> Column:
        counts: Any = made[counts_name(self.column)]
        if isinstance(counts, np.ndarray):
            return np.ascontiguousarray(counts[:, self.number])
        return [row[self.number] for row in counts]


def _counts(text: str) -> list[float]:
    counts = [0] * BUCKETS
    for word in WORD.findall(text.lower()):
        counts[zlib.crc32(word.encode()) % BUCKETS] += 1
    return [math.log1p(count) for count in counts]
