"""The curves of one model on one hold-out, thinned to a bounded number of points: what the report's plots show.

target and scores are those of `metrics`: target shape (n,); scores shape (n,) or, for K classes, (n, K).
"""

from typing import Any

import numpy as np

from product.declaration import Target
from product.outcome import classes

POINTS = 120  # of a curve, and of a cloud
BINS = 10


def curves(target: np.ndarray, scores: np.ndarray, declared: Target) -> dict[str, Any]:
    """Confusion, ROC, precision-recall and reliability of a classifier; residuals of a regression."""
    if not len(target):
        return {}
    if declared.task == "regression":
        return {"residuals": residuals(target, scores)}
    names = classes(declared)
    wide = np.column_stack([1 - scores, scores]) if scores.ndim == 1 else scores
    shown = [len(names) - 1] if declared.task == "binary" else range(len(names))
    return {
        "confusion": confusion(target, wide.argmax(axis=1) if scores.ndim > 1 else (scores > 0.5).astype(int), names),
        "roc": [{"of": names[k], "points": roc(target == k, wide[:, k])} for k in shown],
        "pr": [{"of": names[k], "points": precision_recall(target == k, wide[:, k])} for k in shown],
        "reliability": reliability(target, wide, declared),
    }


def confusion(target: np.ndarray, predicted: np.ndarray, names: list[str]) -> dict[str, Any]:
    """Rows counted by true class (outer list) and predicted class (inner list)."""
    cells = np.bincount(target * len(names) + predicted, minlength=len(names) ** 2)
    return {"classes": names, "rows": cells.reshape(len(names), -1).tolist()}


def _steps(positive: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """True and false positives at each distinct threshold, the highest first."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)
    hits = np.cumsum(positive[order])
    return hits[last], (np.arange(1, len(score) + 1) - hits)[last]


def _thin(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    """At most POINTS of the points, evenly along the curve, both ends kept."""
    chosen = np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).round().astype(int))
    return [[round(float(a), 4), round(float(b), 4)] for a, b in zip(x[chosen], y[chosen], strict=True)]


def roc(positive: np.ndarray, score: np.ndarray) -> list[list[float]]:
    """[false positive rate, true positive rate] from (0, 0) to (1, 1); none where a class is lacking."""
    hits, alarms = _steps(positive, score)
    if not hits[-1] or not alarms[-1]:
        return []
    return _thin(np.append(0, alarms / alarms[-1]), np.append(0, hits / hits[-1]))


def precision_recall(positive: np.ndarray, score: np.ndarray) -> list[list[float]]:
    """[recall, precision] at each threshold; none without a positive row."""
    hits, alarms = _steps(positive, score)
    if not hits[-1]:
        return []
    return _thin(hits / hits[-1], hits / (hits + alarms))


def reliability(target: np.ndarray, wide: np.ndarray, declared: Target) -> list[dict[str, float]]:
    """What came true of what was said, in ten bins of equal width, with Wilson's 95 % interval (1927).

    Of two classes the positive one's probability; of several the likeliest class's, whichever it is.
    """
    said = wide[:, 1] if declared.task == "binary" else wide.max(axis=1)
    came = (target == 1) if declared.task == "binary" else (wide.argmax(axis=1) == target)
    bins = np.minimum((said * BINS).astype(int), BINS - 1)
    found = []
    for number in np.unique(bins):
        here = bins == number
        rows, share = int(here.sum()), float(came[here].mean())
        low, high = wilson(share, rows)
        found.append({"said": float(said[here].mean()), "came": share, "low": low, "high": high, "rows": rows})
    return found


def wilson(share: float, rows: int, z: float = 1.96) -> tuple[float, float]:
    """Interval of a share: unlike the normal one it stays in [0, 1] and is right for few rows."""
    centre = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return float(max(0, centre - half)), float(min(1, centre + half))


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
