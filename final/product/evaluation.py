"""How good a model is on rows it has not seen: metrics with intervals, slices, baseline."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from product.declaration import Product

Metric = Callable[[np.ndarray, np.ndarray], float]


def accuracy(target: np.ndarray, score: np.ndarray) -> float:
    """Share of rows whose likelier class is right; target in {0, 1}, score a probability, both shape (n,)."""
    return float(np.mean((score > 0.5) == (target == 1)))


def roc_auc(target: np.ndarray, score: np.ndarray) -> float:
    """Chance that a positive row scores above a negative one, ties count half (Mann-Whitney U); NaN with one class."""
    from scipy.stats import rankdata

    positives = int(target.sum())
    negatives = len(target) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(score)
    return float((ranks[target == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


METRICS: dict[str, Metric] = {"accuracy": accuracy, "roc_auc": roc_auc}


@dataclass(frozen=True)
class Interval:
    """A metric with its 95 % percentile bootstrap interval over the rows of the hold-out."""

    value: float
    low: float
    high: float


def resamples(rows: int, count: int, seed: int = 0) -> np.ndarray:
    """Bootstrap row numbers, shape (count, rows)."""
    return np.random.default_rng(seed).integers(0, rows, size=(count, rows))


def interval(metric: Metric, target: np.ndarray, score: np.ndarray, count: int = 1000) -> Interval:
    """Efron's percentile bootstrap (1979): the metric on rows drawn with replacement, 2.5 % cut from either end."""
    drawn = [metric(target[rows], score[rows]) for rows in resamples(len(target), count)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Interval(metric(target, score), float(low), float(high))


def paired_confidence(metric: Metric, target: np.ndarray, new: np.ndarray, old: np.ndarray, count: int) -> float:
    """Share of bootstrap resamples in which `new` is better than `old` on the same rows; ties count half."""
    gains = np.array([metric(target[r], new[r]) - metric(target[r], old[r]) for r in resamples(len(target), count)])
    return float(np.mean(gains > 0) + np.mean(gains == 0) / 2)


def slices(table: pd.DataFrame, target: np.ndarray, score: np.ndarray, product: Product) -> list[dict[str, Any]]:
    """Accuracy in every group of the columns that gates.slices.floors names."""
    rows = []
    for column in product.gates.slices.floors:
        if column not in product.contract.features:
            continue
        values = table[column].astype(object).where(table[column].notna(), "missing").to_numpy()
        for value in sorted(set(values), key=str):
            here = values == value
            rows.append(
                {
                    "column": column,
                    "value": str(value),
                    "rows": int(here.sum()),
                    "accuracy": accuracy(target[here], score[here]),
                }
            )
    return rows


def evaluate(table: pd.DataFrame, target: np.ndarray, score: np.ndarray, product: Product) -> dict[str, Any]:
    """All figures of one model on one hold-out, ready for JSON."""
    majority = max(target.mean(), 1 - target.mean()) if len(target) else float("nan")
    return {
        "rows": len(target),
        "metrics": {name: asdict(interval(metric, target, score)) for name, metric in METRICS.items()},
        "baseline": {"accuracy": float(majority), "roc_auc": 0.5},
        "slices": slices(table, target, score, product),
    }
