"""How good a model is on rows it has not seen: metrics with intervals, slices, baseline."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.bootstrap import intervals, paired_confidence
from core.metrics.metrics import ece, gain, values
from core.metrics.weights import Weights, row_weights
from core.spec.metric_names import MetricName, Task, of_task
from core.spec.product import Product

RESAMPLES = 1000
LOST = 0.05  # of the linear model's gain over the trivial one; less does not matter


def trivial(task: Task, target: np.ndarray, classes: int, weights: Weights = None) -> np.ndarray:
    """Scores of the model that knows only the share of each class, or the mean; the same for every row."""
    if task == "multiclass":
        counts = np.bincount(target, weights, minlength=classes)
        return np.tile(counts / counts.sum(), (len(target), 1))
    return np.full(len(target), np.average(target, weights=weights))


def slices(
    table: pd.DataFrame, target: np.ndarray, scores: np.ndarray, product: Product, weights: np.ndarray
) -> list[dict[str, Any]]:
    """The slice metric, with its interval, in every group of the columns that gates.slices names.

    Rows whose weight is 0 are in none.
    """
    rows = []
    counts = weights > 0
    for column in product.gates.slices.columns:
        if column not in product.contract.features:
            continue
        values = table[column].astype(object).where(table[column].notna(), "missing").to_numpy()
        for group in sorted(set(values[counts]), key=str):
            inside = counts & (values == group)
            part = target[inside], scores[inside], weights[inside]
            interval = intervals([product.slice_metric], *part)[product.slice_metric]
            rows.append(
                {
                    "column": column,
                    "value": str(group),
                    "rows": int(inside.sum()),
                    product.slice_metric: interval.value,
                    "low": interval.low,
                    "high": interval.high,
                }
            )
    return rows


def evaluate(table: pd.DataFrame, target: np.ndarray, scores: np.ndarray, product: Product) -> dict[str, Any]:
    """All figures of one model on one hold-out, ready for JSON."""
    task = product.target.task
    weights = row_weights(table, product.contract)
    metrics = intervals(of_task(task), target, scores, weights)
    prior = trivial(task, target, len(product.target.values), weights)
    return {
        "rows": len(target),
        "metrics": {name: asdict(interval) for name, interval in metrics.items()},
        "baseline": values(task, target, prior, weights),
        "ece": None if task == "regression" else ece(target, scores, weights=weights),
        "slices": slices(table, target, scores, product, weights),
    }


def beside_linear(
    baseline: float,
    linear: float,
    target: np.ndarray,
    scores: np.ndarray,
    of_linear: np.ndarray,
    name: MetricName,
    weights: Weights = None,
) -> dict[str, float]:
    """Of the bootstrap's resamples, in which share the model is better than a linear one, and in which it is not worse.

    It is worse if it loses a twentieth of what the linear one gains over the trivial one. `baseline` and `linear` are
    the metric of the trivial and of the linear model.
    """
    margin = LOST * max(0.0, gain(name, linear, baseline))
    return {
        "better": paired_confidence(name, target, scores, of_linear, RESAMPLES, weights=weights),
        "not_worse": paired_confidence(name, target, scores, of_linear, RESAMPLES, margin, weights),
    }
