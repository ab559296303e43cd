"""A hash of each row that is the same on any machine and with any version of a library."""

import hashlib

import numpy as np
import pandas as pd


def row_hash(table: pd.DataFrame) -> np.ndarray:
    """64 bits of each row's values, shape (n,); no library's own hash function is used.

    The columns' hashes are combined with a multiplication, so that the order of columns matters.
    """
    folded = np.zeros(len(table), dtype=np.uint64)
    for name in table:
        folded = _mixed(folded * np.uint64(0x100000001B3) + _column_hash(table[name]))
    return folded


def _column_hash(column: pd.Series) -> np.ndarray:
    """Numbers by their bits, text by blake2b of each distinct value; 0 where missing."""
    if column.dtype.kind == "f":
        values = column.to_numpy(dtype=np.float64) + 0.0  # -0 and 0 are the same number
        return np.where(np.isnan(values), np.uint64(0), _mixed(values.view(np.uint64)))
    codes, distinct = pd.factorize(column)
    digests = b"".join(hashlib.blake2b(str(value).encode(), digest_size=8).digest() for value in distinct)
    return np.append(np.frombuffer(digests, dtype="<u8"), np.uint64(0))[codes]


def _mixed(bits: np.ndarray) -> np.ndarray:
    """The finalizer of SplitMix64 (Steele, Lea and Flood 2014): each input bit affects every output bit."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))
