"""Metrics as functions of row weights, so that each resample of a bootstrap costs only a dot product.

target, for n rows: 0 or 1 (binary), number of the class from 0 (multiclass), the value (regression); shape (n,).
scores: from ProductModel.scores, shape (n,), or (n, K) for K classes.
"""

from collections.abc import Callable

import numpy as np

from core.metrics.weights import Weights, or_ones
from core.spec.metric_names import KINDS, MetricName, Task, of_task

Weighted = Callable[[np.ndarray], float]
Metric = Callable[[np.ndarray, np.ndarray], Weighted]
NONE = float("nan")
SMALLEST = 1e-15  # with a probability of 0, one wrong row would cost more than all others together
BINS = 10  # of probabilities


def chosen(scores: np.ndarray) -> np.ndarray:
    """Number of the most likely class, shape (n,)."""
    return (scores > 0.5).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)


def _mean(values: np.ndarray) -> Weighted:
    """The weighted mean; NaN if no row counts."""

    def weighted(weights: np.ndarray) -> float:
        total = weights.sum()
        return float(weights @ values / total) if total else NONE

    return weighted


def accuracy(target: np.ndarray, scores: np.ndarray) -> Weighted:
    """Share of rows whose most likely class is right."""
    return _mean((chosen(scores) == target).astype(float))


def _counts(target: np.ndarray, scores: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """The weighted confusion matrix, [true class, predicted class]."""
    classes = 2 if scores.ndim == 1 else scores.shape[1]
    cells = target.astype(int) * classes + chosen(scores)
    return lambda weights: np.bincount(cells, weights, classes * classes).reshape(classes, classes)


def balanced_accuracy(target: np.ndarray, scores: np.ndarray) -> Weighted:
    """Mean over the classes of the share of their rows that are right; classes without rows do not count."""
    confusion = _counts(target, scores)

    def weighted(weights: np.ndarray) -> float:
        counts = confusion(weights)
        rows = counts.sum(axis=1)
        present = rows > 0
        return float(np.mean(np.diag(counts)[present] / rows[present])) if present.any() else NONE

    return weighted


def macro_f1(target: np.ndarray, scores: np.ndarray) -> Weighted:
    """Mean over the classes of 2 TP / (2 TP + FP + FN); classes neither true nor predicted do not count."""
    confusion = _counts(target, scores)

    def weighted(weights: np.ndarray) -> float:
        counts = confusion(weights)
        both = counts.sum(axis=0) + counts.sum(axis=1)
        present = both > 0
        return float(np.mean(2 * np.diag(counts)[present] / both[present])) if present.any() else NONE

    return weighted


def auc(positive: np.ndarray, score: np.ndarray) -> Weighted:
    """Probability that a positive row scores above a negative one; ties count half (Mann-Whitney). NaN if one class."""
    _, place = np.unique(score, return_inverse=True)

    def weighted(weights: np.ndarray) -> float:
        positives = np.bincount(place, weights * positive)
        negatives = np.bincount(place, weights * ~positive)
        pairs = positives.sum() * negatives.sum()
        below = np.cumsum(negatives) - negatives / 2
        return float(positives @ below / pairs) if pairs else NONE

    return weighted


def roc_auc(target: np.ndarray, scores: np.ndarray) -> Weighted:
    """Area under the ROC curve; for K classes the mean of each against the rest, over classes that have both."""
    if scores.ndim == 1:
        return auc(target == 1, scores)
    by_class = [auc(target == number, scores[:, number]) for number in range(scores.shape[1])]

    def weighted(weights: np.ndarray) -> float:
        areas = np.array([area(weights) for area in by_class])
        return float(np.nanmean(areas)) if not np.isnan(areas).all() else NONE

    return weighted


def log_loss(target: np.ndarray, scores: np.ndarray) -> Weighted:
    """Mean of -ln P(true class)."""
    if scores.ndim == 1:
        right = np.where(target == 1, scores, 1 - scores)
    else:
        right = scores[np.arange(len(target)), target.astype(int)]
    return _mean(-np.log(np.clip(right, SMALLEST, 1)))


def rmse(target: np.ndarray, scores: np.ndarray) -> Weighted:
    """Root of the mean squared error, in the target's unit."""
    mean = _mean((scores - target) ** 2)
    return lambda weights: float(np.sqrt(mean(weights)))


def mae(target: np.ndarray, scores: np.ndarray) -> Weighted:
    """Mean absolute error, in the target's unit."""
    return _mean(np.abs(scores - target))


def r2(target: np.ndarray, scores: np.ndarray) -> Weighted:
    """Share of the target's variance that is explained; NaN if the target does not vary."""
    squared = _mean((scores - target) ** 2)

    def weighted(weights: np.ndarray) -> float:
        mean = _mean(target)(weights)
        variance = _mean((target - mean) ** 2)(weights)
        return 1 - squared(weights) / variance if variance else NONE

    return weighted


METRICS: dict[MetricName, Metric] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "macro_f1": macro_f1,
    "roc_auc": roc_auc,
    "log_loss": log_loss,
    "rmse": rmse,
    "mae": mae,
    "r2": r2,
}


def value(name: MetricName, target: np.ndarray, scores: np.ndarray, weights: Weights = None) -> float:
    """One metric; NaN without rows."""
    return METRICS[name](target, scores)(or_ones(weights, len(target))) if len(target) else NONE


def values(task: Task, target: np.ndarray, scores: np.ndarray, weights: Weights = None) -> dict[str, float]:
    """Every metric of a task."""
    return {name: value(name, target, scores, weights) for name in of_task(task)}


def gain(name: MetricName, new: float, old: float) -> float:
    """How much better `new` is than `old`; positive if it is better, whichever way the metric points."""
    return new - old if KINDS[name].higher_is_better else old - new


def confidence(target: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A predicted probability of each row, and whether it came true; both shape (n,).

    With two classes it is the probability of the positive one, with several that of the most likely one.
    """
    if scores.ndim == 1:
        return scores, target == 1
    return scores.max(axis=1), scores.argmax(axis=1) == target


def probability_bins(probability: np.ndarray, bins: int) -> np.ndarray:
    """Number of the bin of equal width that each probability is in."""
    return np.asarray(np.minimum((probability * bins).astype(int), bins - 1))


def ece(target: np.ndarray, scores: np.ndarray, bins: int = BINS, weights: Weights = None) -> float:
    """Expected calibration error (Naeini et al. 2015): predicted probability minus observed share, weighted by rows."""
    if not len(target):
        return NONE
    probability, correct = confidence(target, scores)
    counted = or_ones(weights, len(target))
    gaps = np.bincount(probability_bins(probability, bins), counted * (probability - correct), bins)
    return float(np.abs(gaps).sum() / counted.sum())
