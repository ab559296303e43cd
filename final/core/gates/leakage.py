"""The leakage gate: no column alone may predict the target. 0.5 or 0 is not at all, 1 is a copy of it."""

import shlex
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from core.features.maker import FeatureMaker
from core.gates.gate import Gate
from core.metrics.metrics import auc
from core.spec.columns import parts
from core.spec.product import Product
from core.table.keys import keys
from core.table.split import group_keys

FOLDS = 3
ROWS = 50_000  # enough to find a leak in
CONFIDENCE = 0.95  # with which a column has to be no copy of the target
LEAST_GROUPS = 50  # of which a row each can be judged
MISTAKES = 0.01  # share of wrong cells with which a copy still counts as a copy


def leakage(table: pd.DataFrame, product: Product) -> Gate:
    """No feature alone predicts the target too well: that would be a copy of the answer, known only afterwards.

    Features of the table and those derived from them are judged by `powers` on at most ROWS rows. The date that rows
    are split by is not judged: it is known beforehand, and everything that grows with time follows it. Of rows split
    by group, a row of each group is judged: what tells the groups apart predicts nothing of a new one.
    """
    table = _row_of_each_group(table, product)
    if len(table) > ROWS:
        table = table.sample(ROWS, random_state=0)
    declared: dict[str, Any] = {name: table[name].to_numpy() for name in product.contract.features}
    every = declared | {
        name: column for name, column in FeatureMaker(product.contract)(declared).items() if name not in declared
    }
    left_out = [*_time(product), product.split.group]
    judged = {name: column for name, column in every.items() if name not in left_out}
    power_of = powers(judged, table[product.target.name], product.target.task)
    if not power_of:
        return Gate("data: leakage", "no feature but time", "none", True)
    limit = product.gates.data.leakage
    ranked = sorted(power_of, key=lambda name: -power_of[name])
    leaks = [name for name in ranked if power_of[name] >= limit]
    detail = _detail(leaks, [name for name in leaks if name in declared], table, product) if leaks else ""
    return Gate("data: leakage", f"{ranked[0]} {power_of[ranked[0]]:.3f}", f"< {limit:.3f}", not leaks, detail)


def _time(product: Product) -> list[str]:
    """The date that rows are split by, and the columns that are made of it."""
    by = product.split.by
    return [] if by is None else [by, *parts(by, product.features[by])]


def _row_of_each_group(table: pd.DataFrame, product: Product) -> pd.DataFrame:
    """A row drawn from each group; the whole table if it has no groups, or too few of them to judge by."""
    if product.split.group is None:
        return table
    drawn = table.sample(frac=1, random_state=0)
    first = drawn[~pd.Series(group_keys(drawn, product)).duplicated().to_numpy()]
    return first.sort_index() if len(first) >= LEAST_GROUPS else table


def _detail(leaks: list[str], declared: list[str], table: pd.DataFrame, product: Product) -> str:
    """The evidence and the remedy; `declared` are those that the table has."""
    target = product.target.name
    key = next((key for key in keys(table, declared, target) if key.can_split), None)
    if product.split.group is None and key is not None:
        return (
            f"{key.name} repeats ({key.evidence(target)}), so rows of one {key.name} would be on both sides of the "
            f"split, and the model would recognise them: set split: {{group: {key.name}}} in product.yaml, or draft "
            f"with --group {shlex.quote(key.name)}, which keeps them together and tests on new ones. To ignore the "
            "column is not enough: the others may say which it is"
        )
    others = ""
    if len(declared) > 1:
        others = f" (and so {'does' if len(declared) == 2 else 'do'} {', '.join(declared[1:6])})"
    options = " ".join(f"--ignore {shlex.quote(name)}" for name in declared or leaks[:1])
    return (
        f"{leaks[0]} alone predicts the target{others}, so it is a copy of it or known only afterwards: move it to "
        f"ignore in product.yaml, or draft with {options}. If it is no copy but known beforehand, for example because "
        "everything grows with time, set gates.data.leakage: 1"
    )


def powers(columns: Mapping[str, Any], target: pd.Series, task: str) -> dict[str, float]:
    """How well each column (n values each) predicts the target (n values).

    Each row is predicted from the rows of the same category in the other folds, so that unique names do not look like
    answers; for a number also from the rows next to it in the order of that number. The score of classes is the ROC AUC
    of each against the rest, weighted by its share. That of a regression is R2 of the target's ranks, so that a copy on
    another scale (logarithms, other units) is found. In both, a copy with a few mistakes counts as a copy.
    """
    shuffled = np.random.default_rng(0).permutation(len(target))  # neighbours in the file get into different folds
    encoded = _encoded(target, task)[shuffled]
    score = _score_of_ranks if task == "regression" else _score_of_classes
    power_of = {}
    for name, values in columns.items():
        column = pd.Series(values).iloc[shuffled]
        predictions = [_by_category(pd.factorize(column, use_na_sentinel=False)[0], encoded)]
        if column.dtype.kind == "f":
            by_neighbours = _median_of_neighbours if task == "regression" else _mean_of_neighbours
            predictions.append(by_neighbours(column.to_numpy(), encoded))
        power_of[name] = max(score(prediction, encoded) for prediction in predictions)
    return power_of


def _encoded(target: pd.Series, task: str) -> np.ndarray:
    """Ranks in [0, 1], shape (n, 1), or one column of 0 and 1 for each class, shape (n, K)."""
    if task == "regression":
        return target.astype(float).rank(pct=True).to_numpy()[:, None]
    codes, classes = pd.factorize(target)
    return np.eye(len(classes))[codes]


def _by_category(codes: np.ndarray, encoded: np.ndarray) -> np.ndarray:
    """The mean of the row's category in the other folds; the mean of all their rows if they do not have it."""
    fold = np.arange(len(codes)) % FOLDS
    predicted = np.empty_like(encoded)
    for number in range(FOLDS):
        outside = fold == number
        inside = ~outside
        rows = np.bincount(codes[inside], minlength=codes.max() + 1)
        for k in range(encoded.shape[1]):
            mean = encoded[inside, k].mean()
            # the whole mean counts as one more row, so that a category of few rows is trusted less than one of many
            sums = np.bincount(codes[inside], weights=encoded[inside, k], minlength=codes.max() + 1) + mean
            predicted[outside, k] = (sums / (rows + 1))[codes[outside]]
    return predicted


def _windows(rows: int, reach: int) -> np.ndarray:
    """For each row in an order, the first of the 2 * reach + 1 rows around it; at the ends the window is shifted."""
    return np.clip(np.arange(rows) - reach, 0, max(0, rows - 2 * reach - 1))


def _median_of_neighbours(numbers: np.ndarray, encoded: np.ndarray) -> np.ndarray:
    """The median of the four rows next to each row in the order of the column; one mistake among them has no effect."""
    reach = 2
    order = np.argsort(numbers, kind="stable")
    rows = np.arange(len(order))
    neighbours = _windows(len(order), reach)[:, None] + np.arange(2 * reach)
    neighbours += neighbours >= rows[:, None]  # skips the row itself
    predicted = np.empty_like(encoded)
    predicted[order] = np.median(encoded[order][neighbours], axis=1)
    return predicted


def _mean_of_neighbours(numbers: np.ndarray, encoded: np.ndarray) -> np.ndarray:
    """The shares of the classes among the rows next to each row in the order of the column, without the row itself.

    A window of 1/64 of the rows, but at least four neighbours, finds a copy even in a table of few rows.
    """
    reach = max(2, len(numbers) // 128)
    order = np.argsort(numbers, kind="stable")
    ordered = encoded[order]
    low = _windows(len(order), reach)
    high = np.minimum(low + 2 * reach + 1, len(order))
    sums = np.vstack([np.zeros((1, ordered.shape[1])), np.cumsum(ordered, axis=0)])
    predicted = np.empty_like(encoded)
    predicted[order] = (sums[high] - sums[low] - ordered) / (high - low - 1)[:, None]
    return predicted


def _score_of_classes(predicted: np.ndarray, encoded: np.ndarray) -> float:
    rows = np.ones(len(encoded))
    areas = [auc(encoded[:, k] > 0, predicted[:, k])(rows) for k in range(encoded.shape[1])]
    weighted = float(np.dot(encoded.mean(axis=0), np.nan_to_num(areas, nan=0.5)))  # NaN: there is only one class
    return max(weighted, _share_of_right_answers(predicted, encoded))


def _share_of_right_answers(predicted: np.ndarray, encoded: np.ndarray) -> float:
    """The share in the worst class, at best: the upper bound of Clopper and Pearson (1934).

    Two mistakes in 240 rows may come from a copy with one mistake in 200 rows.
    """
    rows = encoded.sum(axis=0)
    wrong = rows - encoded[predicted.argmax(axis=1) == encoded.argmax(axis=1)].sum(axis=0)
    least = [betaincinv(k, n - k + 1, 1 - CONFIDENCE) if k else 0.0 for k, n in zip(wrong, rows, strict=True)]
    return float(1 - max(least))


def _score_of_ranks(predicted: np.ndarray, encoded: np.ndarray) -> float:
    """R2 without the worst rows: as many as could be the mistakes of a copy with a share of MISTAKES."""
    rows = len(encoded)
    counts = np.arange(1, min(rows, 20 + 2 * int(MISTAKES * rows)))
    forgiven = np.count_nonzero(betaincinv(counts, rows - counts + 1, 1 - CONFIDENCE) <= MISTAKES)
    errors = np.sort(((predicted - encoded) ** 2)[:, 0])[: rows - forgiven]
    return float(1 - np.mean(errors) / max(np.var(encoded), 1e-12))
