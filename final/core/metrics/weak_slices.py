"""Groups of the hold-out in which the model errs more often than elsewhere, found by search.

Every condition on one column, and every pair of two columns, is a group; an exact test for each, corrected for their
number (Bonferroni). The groups are those of Y. Chung and others, "Slice Finder", 2019, and S. Sagadeeva and M. Boehm,
"SliceLine", 2021, to two conditions.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from core.spec.columns import Feature, Text
from core.spec.metric_names import Task

MOST_ROWS = 20_000  # of the hold-out; some are drawn from more
MOST_CONDITIONS = 200  # whose pairs are looked at
FEWEST_ROWS = 20  # of a group
LEVEL = 0.01  # chance that any group at all is named where the model errs alike in all
SHOWN = 5
WORST = 0.2  # share of the rows of a regression whose errors count as such
ALIKE = 0.5  # share of the rows of a group that are in one that was named: it says the same


@dataclass(frozen=True)
class Condition:
    column: str
    words: str
    rows: np.ndarray  # whether each row is in it, bool, shape (n,)


def errs(task: Task, target: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Which rows the model is wrong about, bool, shape (n,): the wrong classes, or the largest fifth of the errors."""
    if task == "regression":
        error = np.abs(target - scores)
        return np.asarray(error > np.quantile(error, 1 - WORST))
    predicted = scores.argmax(axis=1) if scores.ndim == 2 else (scores > 0.5).astype(int)
    return np.asarray(predicted != target)


def weak_slices(table: pd.DataFrame, features: dict[str, Feature], wrong: np.ndarray) -> dict[str, Any]:
    """How many groups were looked at, and the worst of those in which the share of errors is clearly above the rest's.

    `wrong`: which rows the model is wrong about, bool, shape (n,).
    """
    if len(table) > MOST_ROWS:
        drawn = np.sort(np.random.default_rng(0).permutation(len(table))[:MOST_ROWS])
        table, wrong = table.iloc[drawn], wrong[drawn]
    every = [part for name, feature in features.items() for part in conditions(table[name], name, feature)]
    if not every:
        return {"looked_at": 0, "worst": []}
    first = np.argsort([-wrong[part.rows].mean() for part in every], kind="stable")[:MOST_CONDITIONS]
    chosen = [every[place] for place in np.sort(first)]
    inside = np.array([part.rows for part in chosen], dtype=np.float32)
    rows, errors = inside @ inside.T, (inside * wrong) @ inside.T  # of each pair; on the diagonal of one condition
    is_group = np.triu((rows >= FEWEST_ROWS) & (len(table) - rows >= FEWEST_ROWS))
    columns = np.array([part.column for part in chosen])
    is_group &= (columns[:, None] != columns[None, :]) | np.eye(len(chosen), dtype=bool)
    left, right = np.nonzero(is_group)
    counts, failures = rows[left, right].astype(int), errors[left, right].astype(int)
    looked_at = int(len(counts) * (len(every) / len(chosen)) ** 2)  # also those whose conditions were not chosen
    chances = np.asarray(hypergeom.sf(failures - 1, len(table), int(wrong.sum()), counts)) * looked_at
    worst: list[tuple[np.ndarray, dict[str, Any]]] = []
    for place in np.argsort(chances, kind="stable"):
        if chances[place] > LEVEL or len(worst) == SHOWN:
            break
        parts = [chosen[number] for number in dict.fromkeys((left[place], right[place]))]
        group = np.logical_and.reduce([part.rows for part in parts])
        if not any(_overlap(group, other) > ALIKE for other, _ in worst):
            share, rest = wrong[group].mean(), wrong[~group].mean()
            words = " and ".join(part.words for part in parts)
            figures = {"rows": int(counts[place]), "errors": float(share), "elsewhere": float(rest)}
            worst.append((group, {"group": words, **figures, "chance": float(chances[place])}))
    return {"looked_at": looked_at, "worst": [about for _, about in worst]}


def conditions(column: pd.Series, name: str, feature: Feature) -> list[Condition]:
    """The frequent values of a column, or the quarters of its numbers, and where it is missing; texts have none."""
    if isinstance(feature, Text):
        return []
    title, missing = feature.title(name), column.isna().to_numpy()
    parts = [Condition(name, f"{title} is missing", missing)]
    if column.dtype.kind == "f" and column.nunique() > 8:
        edges = np.unique(column.quantile([0, 0.25, 0.5, 0.75, 1]))
        for low, high in pairwise(edges):
            upper = column < high if high < edges[-1] else column <= high
            words = f"{title} from {low:g} to {high:g}"
            parts.append(Condition(name, words, ((column >= low) & upper).to_numpy()))
    else:
        parts += [
            Condition(name, f"{title} = {_value(value)}", (column == value).to_numpy())
            for value in column.value_counts().index
        ]
    return [part for part in parts if part.rows.sum() >= FEWEST_ROWS]


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _overlap(group: np.ndarray, other: np.ndarray) -> float:
    """The share of the smaller group's rows that are in the other one."""
    return float((group & other).sum() / min(group.sum(), other.sum()))
