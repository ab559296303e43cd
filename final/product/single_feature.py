"""How well one column alone tells the target: 0.5 or 0 is not at all, 1 is a copy of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv

FOLDS = 3
SURE, MISTAKES = 0.95, 0.01  # how sure one wants to be that a column is no copy with so many mistakes in it


def powers(columns: Mapping[str, Any], target: pd.Series, task: str) -> dict[str, float]:
    """The power of each column (n values each) over the target (n values).

    Each row is predicted by the rows of the same category in the other folds, so that unique names do not look like
    answers; by a number also from the rows next to it in the order of that number. Classes: ROC AUC of each against the
    rest, weighed by its share. Regression: R2 of the target's ranks, so that a copy on another scale (logarithms, other
    units) is found. In both a copy with a few mistakes in it counts as a copy.
    """
    shuffled = np.random.default_rng(0).permutation(len(target))  # so that rows next to each other in the file are not
    wanted = _wanted(target, task)[shuffled]
    found = {}
    for name, values in columns.items():
        column = pd.Series(values).iloc[shuffled]
        ways = [_by_category(pd.factorize(column, use_na_sentinel=False)[0], wanted)]
        if column.dtype.kind == "f":
            ways.append(_neighbours(column.to_numpy(), wanted, task))
        judged = _of_numbers if task == "regression" else _of_classes
        found[name] = max(judged(predicted, wanted) for predicted in ways)
    return found


def _wanted(target: pd.Series, task: str) -> np.ndarray:
    """Ranks in [0, 1], shape (n, 1), or one column of 0 and 1 for each class, shape (n, K)."""
    if task == "regression":
        return target.astype(float).rank(pct=True).to_numpy()[:, None]
    codes, classes = pd.factorize(target)
    return np.eye(len(classes))[codes]


def _by_category(codes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The mean of `wanted` in the row's category on the other folds, their whole mean where it does not occur there."""
    fold = np.arange(len(codes)) % FOLDS
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


def _neighbours(numbers: np.ndarray, wanted: np.ndarray, task: str) -> np.ndarray:
    """What the rows next to a row in the order of the column say, the row itself not being asked.

    However few the rows are, a copy is told: 64 quantiles of 240 rows would have some three rows each. The median of
    four neighbours, in a regression, does not see one mistake among them; of classes the mean tells the shares.
    """
    count = 2 if task == "regression" else max(2, len(numbers) // 128)
    order = np.argsort(numbers, kind="stable")
    there = wanted[order]
    rows = np.arange(len(there))
    low = np.clip(rows - count, 0, max(0, len(there) - 2 * count - 1))
    high = np.minimum(low + 2 * count + 1, len(there))
    predicted = np.empty_like(wanted)
    if task == "regression":
        each = low[:, None] + np.arange(2 * count)
        predicted[order] = np.median(there[each + (each >= rows[:, None])], axis=1)
    else:
        sums = np.vstack([np.zeros((1, there.shape[1])), np.cumsum(there, axis=0)])
        predicted[order] = (sums[high] - sums[low] - there) / (high - low - 1)[:, None]
    return predicted


def _of_classes(predicted: np.ndarray, wanted: np.ndarray) -> float:
    shares = wanted.mean(axis=0)
    each = [_auc(wanted[:, k] > 0, predicted[:, k]) for k in range(wanted.shape[1])]
    return max(float(np.dot(shares, each)), _forgiven(predicted, wanted))


def _forgiven(predicted: np.ndarray, wanted: np.ndarray) -> float:
    """The share of right answers in the class that is told worst, at best: what so few rows can't rule out.

    Two mistakes in 240 rows may be those of a copy with one in 200: the bound is Clopper's and Pearson's (1934).
    """
    rows = wanted.sum(axis=0)
    wrong = rows - wanted[predicted.argmax(axis=1) == wanted.argmax(axis=1)].sum(axis=0)
    least = [betaincinv(k, n - k + 1, 1 - SURE) if k else 0.0 for k, n in zip(wrong, rows, strict=True)]
    return float(1 - max(least))


def _of_numbers(predicted: np.ndarray, wanted: np.ndarray) -> float:
    """R2 without the rows told worst: as many as may be the mistakes of a copy that is wrong in one of a hundred."""
    rows = len(wanted)
    some = np.arange(1, min(rows, 20 + 2 * int(MISTAKES * rows)))
    forgiven = np.count_nonzero(betaincinv(some, rows - some + 1, 1 - SURE) <= MISTAKES)
    errors = np.sort(((predicted - wanted) ** 2)[:, 0])[: rows - forgiven]
    return float(1 - np.mean(errors) / max(np.var(wanted), 1e-12))


def _auc(positive: np.ndarray, score: np.ndarray) -> float:
    """Mann-Whitney's U as a share; 0.5 where there is one class only."""
    n = int(positive.sum())
    pairs = n * (len(positive) - n)
    return float((pd.Series(score).rank().to_numpy()[positive].sum() - n * (n + 1) / 2) / pairs) if pairs else 0.5
