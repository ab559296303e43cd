"""How well one column alone tells the target: 0.5 or 0 is not at all, 1 is a copy of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

BINS, FOLDS = 64, 3


def powers(columns: Mapping[str, Any], target: pd.Series, task: str) -> dict[str, float]:
    """The power of each column (n values each) over the target (n values).

    A column becomes a category: numbers by 64 quantiles. Each row is predicted by the rows of the same category in the
    other folds, so that unique names do not look like answers. Classes: ROC AUC of each against the rest, weighed by
    its share. Regression: R2 of the target's ranks, so that a copy on another scale (logarithms, other units) is found.
    """
    wanted = _wanted(target, task)
    fold = np.random.default_rng(0).permutation(len(target)) % FOLDS
    found = {}
    for name, values in columns.items():
        predicted = _predicted(_codes(values), wanted, fold)
        if task == "regression":
            found[name] = float(1 - np.mean((predicted - wanted) ** 2) / max(np.var(wanted), 1e-12))
        else:
            shares = wanted.mean(axis=0)
            each = [_auc(wanted[:, k] > 0, predicted[:, k]) for k in range(wanted.shape[1])]
            found[name] = float(np.dot(shares, each))
    return found


def _wanted(target: pd.Series, task: str) -> np.ndarray:
    """Ranks in [0, 1], shape (n, 1), or one column of 0 and 1 for each class, shape (n, K)."""
    if task == "regression":
        return np.asarray(rankdata(target.to_numpy(dtype=float)) / len(target))[:, None]
    codes, classes = pd.factorize(target)
    return np.eye(len(classes))[codes]


def _codes(values: Any) -> np.ndarray:
    """Numbers of categories, from 0, shape (n,); missing is one of them."""
    column = pd.Series(values)
    if column.dtype.kind == "f" and column.nunique() > BINS:
        edges = np.unique(np.nanquantile(column, np.linspace(0, 1, BINS + 1)[1:-1]))
        return np.where(column.isna(), len(edges) + 1, np.searchsorted(edges, column))
    return np.asarray(pd.factorize(column, use_na_sentinel=False)[0])


def _predicted(codes: np.ndarray, wanted: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """The mean of `wanted` in the row's category on the other folds, their whole mean where it does not occur there."""
    predicted = np.empty_like(wanted)
    for k in range(FOLDS):
        inside, outside = fold != k, fold == k
        rows = np.bincount(codes[inside], minlength=codes.max() + 1)
        for j in range(wanted.shape[1]):
            mean = wanted[inside, j].mean()
            # one row's worth of the whole mean, so that a category of few rows is not trusted like one of many
            sums = np.bincount(codes[inside], weights=wanted[inside, j], minlength=codes.max() + 1) + mean
            predicted[outside, j] = (sums / (rows + 1))[codes[outside]]
    return predicted


def _auc(positive: np.ndarray, score: np.ndarray) -> float:
    """Mann-Whitney's U as a share; 0.5 where there is one class only."""
    n = int(positive.sum())
    pairs = n * (len(positive) - n)
    return float((rankdata(score)[positive].sum() - n * (n + 1) / 2) / pairs) if pairs else 0.5
