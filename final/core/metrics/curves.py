"""The curves of one model on one hold-out, thinned to a bounded number of points, for the report's plots.

target and scores are those of `metrics`: target shape (n,); scores shape (n,) or, for K classes, (n, K).
"""

from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_curve, roc_curve

from core.metrics.classes import classes
from core.metrics.metrics import BINS, chosen, confidence, probability_bins
from core.metrics.weights import Weights
from core.spec.target import Target

POINTS = 120  # of a curve, and of a cloud


def curves(target: np.ndarray, scores: np.ndarray, declared: Target, weights: Weights = None) -> dict[str, Any]:
    """Confusion, ROC, precision-recall and reliability of a classifier; residuals of a regression.

    Only ROC and precision-recall are of weighted rows, the others count rows.
    """
    if not len(target):
        return {}
    if declared.task == "regression":
        return {"residuals": residuals(target, scores)}
    names = classes(declared)
    by_class = {1: scores} if declared.task == "binary" else dict(enumerate(scores.T))
    return {
        "confusion": confusion(target, chosen(scores), names),
        "roc": [{"of": names[k], "points": roc(target == k, score, weights)} for k, score in by_class.items()],
        "pr": [
            {"of": names[k], "points": precision_recall(target == k, score, weights)} for k, score in by_class.items()
        ],
        "reliability": reliability(target, scores),
    }


def confusion(target: np.ndarray, predicted: np.ndarray, names: list[str]) -> dict[str, Any]:
    """Rows counted by true class (outer list) and predicted class (inner list)."""
    cells = np.bincount(target * len(names) + predicted, minlength=len(names) ** 2)
    return {"classes": names, "rows": cells.reshape(len(names), -1).tolist()}


def _thin(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    """At most POINTS of the points, evenly along the curve, with both ends."""
    kept = np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).round().astype(int))
    return [[round(float(a), 4), round(float(b), 4)] for a, b in zip(x[kept], y[kept], strict=True)]


def roc(positive: np.ndarray, score: np.ndarray, weights: Weights = None) -> list[list[float]]:
    """[false positive rate, true positive rate] from (0, 0) to (1, 1); empty if a class has no rows."""
    if positive.all() or not positive.any():
        return []
    false_positive_rate, true_positive_rate, _ = roc_curve(
        positive, score, sample_weight=weights, drop_intermediate=False
    )
    return _thin(false_positive_rate, true_positive_rate)


def precision_recall(positive: np.ndarray, score: np.ndarray, weights: Weights = None) -> list[list[float]]:
    """[recall, precision] at each threshold, the highest first; empty without a positive row."""
    if not positive.any():
        return []
    precision, recall, _ = precision_recall_curve(positive, score, sample_weight=weights)
    return _thin(recall[-2::-1], precision[-2::-1])  # without scikit-learn's last point, which has no threshold


def reliability(target: np.ndarray, scores: np.ndarray) -> list[dict[str, float]]:
    """Predicted probability and observed share in ten bins of equal width, with Wilson's 95 % interval (1927)."""
    probability, correct = confidence(target, scores)
    bins = probability_bins(probability, BINS)
    rows_of_bins = []
    for number in np.unique(bins):
        inside = bins == number
        hits, rows = int(correct[inside].sum()), int(inside.sum())
        # Wilson's interval stays in [0, 1] and is valid for few rows
        interval = binomtest(hits, rows).proportion_ci(method="wilson")
        rows_of_bins.append(
            {
                "predicted": float(probability[inside].mean()),
                "observed": hits / rows,
                "low": float(interval.low),
                "high": float(interval.high),
                "rows": rows,
            }
        )
    return rows_of_bins


def residuals(target: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """Some [predicted, actual] pairs, drawn by a fixed seed, and the distribution of actual - predicted."""
    drawn = np.random.default_rng(0).permutation(len(target))[: 3 * POINTS]
    errors = target - predicted
    counts, edges = np.histogram(errors, 2 * BINS)
    return {
        "points": [[float(f"{predicted[i]:.6g}"), float(f"{target[i]:.6g}")] for i in sorted(drawn)],
        "histogram": {"from": float(edges[0]), "to": float(edges[-1]), "counts": counts.tolist()},
        "quantiles": {f"{q:g} %": float(np.percentile(errors, q)) for q in (2.5, 25, 50, 75, 97.5)},
    }
