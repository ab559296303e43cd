"""Rows that are equal in every column, and how many such pairs chance explains."""

import math

import numpy as np
import pandas as pd

from core.table.row_hash import row_hash


def copies(table: pd.DataFrame) -> np.ndarray:
    """The places, from 0, of the rows that repeat an earlier row."""
    _, first = np.unique(row_hash(table), return_index=True)
    return np.setdiff1d(np.arange(len(table)), first)


def pairs(table: pd.DataFrame) -> int:
    _, sizes = np.unique(row_hash(table), return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())


def pairs_by_chance(table: pd.DataFrame) -> int:
    """n(n-1)/2 x prod_c P(two rows are alike in column c), times 10 because real columns depend on each other."""
    n = len(table)
    if n < 2:
        return 0
    return int(10 * math.prod(_alike(table[name]) for name in table) * n * (n - 1) / 2)


def _alike(column: pd.Series) -> float:
    """The share of the pairs of two different rows that have the same value."""
    counts = column.value_counts(dropna=False)
    return float((counts * (counts - 1)).sum() / (len(column) * (len(column) - 1)))
