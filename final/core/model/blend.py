"""How the parts of a model are combined: weights and offsets of their raw scores that do best on unseen rows.

This is stacking (Wolpert 1992) and Platt's calibration (1999) in one: the weights choose the part to trust and, by
their sum, the confidence; the offsets correct a part that is too high or too low. The start is the best single part as
it is. It is left only if, in cross-validation, the fitted weights gain more than STANDARD_ERRORS of that gain; a prior
worth PRIOR rows pulls them towards the start.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, softmax

from core.metrics.weights import Weights, mean_and_error, scaled
from core.spec.metric_names import Task

PRIOR = 10.0
# on 48 tables 3 were then more than one standard error worse than their better part; with 0 it was 4, with 1 it was 2
STANDARD_ERRORS = 0.5
FOLDS = 5
Blend = tuple[np.ndarray, np.ndarray]  # weights and offsets


def fit(raws: Sequence[np.ndarray], target: np.ndarray, task: Task, row_weights: Weights = None) -> Blend:
    """Weights (parts,), none below 0, and offsets (1,) or (K,) for raw scores (n,) or (n, K) of rows not trained on.

    `row_weights` is how much each row counts, (n,).
    """
    row_weights = scaled(row_weights)
    parts = np.stack([raw.reshape(len(target), -1) for raw in raws])  # (parts, n, K)
    offsets = np.zeros(parts.shape[2])
    losses = np.array([_losses(parts, target, task, weights, offsets)[0] for weights in np.eye(len(parts))])
    best = int(np.average(losses, axis=1, weights=row_weights).argmin())
    single = np.eye(len(parts))[best]
    fold = np.random.default_rng(0).permutation(len(target)) % FOLDS
    gains = np.zeros(len(target))
    for number in range(FOLDS):
        outside = fold == number
        inside = ~outside
        if not inside.any() or not outside.any():
            return single, offsets
        of_fold = None if row_weights is None else row_weights[inside]
        fitted = _fit(parts[:, inside], target[inside], task, single, of_fold)
        gains[outside] = losses[best, outside] - _losses(parts[:, outside], target[outside], task, *fitted)[0]
    gain, error = mean_and_error(gains, row_weights)
    return _fit(parts, target, task, single, row_weights) if gain > STANDARD_ERRORS * error else (single, offsets)


def _losses(
    parts: np.ndarray, target: np.ndarray, task: Task, weights: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Loss of each row, and its derivative by the raw score, (n, K)."""
    raw = np.tensordot(weights, parts, 1) + offsets
    if task == "multiclass":
        actual = np.eye(parts.shape[2])[target.astype(int)]
        probability = softmax(raw, axis=1)
        return -np.log(np.clip(probability[actual == 1], 1e-300, 1)), probability - actual
    actual = target.reshape(-1, 1).astype(float)
    if task == "binary":
        return np.logaddexp(0, np.where(actual == 1, -raw, raw))[:, 0], expit(raw) - actual
    return (raw - actual)[:, 0] ** 2 / 2, raw - actual


def _fit(parts: np.ndarray, target: np.ndarray, task: Task, weights: np.ndarray, row_weights: Weights) -> Blend:
    """The weights and offsets of the lowest loss, near those weights and no offsets."""
    count, rows, width = parts.shape
    unit = (float(np.var(target)) or 1.0) if task == "regression" else 1.0
    start = np.concatenate([weights, np.zeros(width)])
    pull = PRIOR * np.concatenate([np.ones(count), np.full(width, 1 / unit)])

    def loss(solution: np.ndarray) -> tuple[float, np.ndarray]:
        values, slope = _losses(parts, target, task, solution[:count], solution[count:])
        if row_weights is not None:
            values, slope = values * row_weights, slope * row_weights[:, None]
        away = solution - start
        gradient = np.concatenate([np.tensordot(parts, slope, 2), slope.sum(axis=0)]) / unit + pull * away
        return (float(values.sum()) / unit + float(pull @ away**2) / 2) / rows, gradient / rows

    bounds = [(0, None)] * count + [(None, None)] * width
    result = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9})
    solution = result.x
    return solution[:count], solution[count:]
