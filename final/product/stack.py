"""How the parts of a model are put together: weights and offsets of their raw scores that do best on unseen rows.

This is stacking (Wolpert 1992) and Platt's calibration (1999) in one: the weights say which part to trust and, by
their sum, how sure to be; the offsets mend what class weights have moved. They are drawn towards the plain mean of
the parts as if PRIOR rows said so, and the plain mean it is unless cross-validation says that they help: by more than
the standard error of what they gain.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, softmax

from product.metric_names import Task

PRIOR = 10.0
FOLDS = 5
Found = tuple[np.ndarray, np.ndarray]


def fit(raws: Sequence[np.ndarray], target: np.ndarray, task: Task) -> Found:
    """Weights (parts,), none below 0, and offsets (1,) or (K,) for raw scores (n,) or (n, K) of rows not trained on."""
    parts = np.stack([raw.reshape(len(target), -1) for raw in raws])  # (parts, n, K)
    plain = np.full(len(parts), 1 / len(parts)), np.zeros(parts.shape[2])
    fold = np.random.default_rng(0).permutation(len(target)) % FOLDS
    gains = np.zeros(len(target))
    for number in range(FOLDS):
        inside, outside = fold != number, fold == number
        if not inside.any() or not outside.any():
            return plain
        fitted = _fit(parts[:, inside], target[inside], task)
        losses = [_losses(parts[:, outside], target[outside], task, *way)[0] for way in (plain, fitted)]
        gains[outside] = losses[0] - losses[1]
    helps = gains.mean() > gains.std() / np.sqrt(len(gains))
    return _fit(parts, target, task) if helps else plain


def _losses(
    parts: np.ndarray, target: np.ndarray, task: Task, weights: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Loss of each row, and its slope by the raw score, (n, K)."""
    raw = np.tensordot(weights, parts, 1) + offsets
    if task == "multiclass":
        wanted = np.eye(parts.shape[2])[target.astype(int)]
        chance = softmax(raw, axis=1)
        return -np.log(np.clip(chance[wanted == 1], 1e-300, 1)), chance - wanted
    wanted = target.reshape(-1, 1).astype(float)
    if task == "binary":
        return np.logaddexp(0, np.where(wanted == 1, -raw, raw))[:, 0], expit(raw) - wanted
    return (raw - wanted)[:, 0] ** 2 / 2, raw - wanted


def _fit(parts: np.ndarray, target: np.ndarray, task: Task) -> Found:
    count, rows, width = parts.shape
    unit = (float(np.var(target)) or 1.0) if task == "regression" else 1.0
    start = np.concatenate([np.full(count, 1 / count), np.zeros(width)])
    pull = PRIOR * np.concatenate([np.ones(count), np.full(width, 1 / unit)])

    def loss(now: np.ndarray) -> tuple[float, np.ndarray]:
        values, slope = _losses(parts, target, task, now[:count], now[count:])
        away = now - start
        gradient = np.concatenate([np.tensordot(parts, slope, 2), slope.sum(axis=0)]) / unit + pull * away
        return (float(values.sum()) / unit + float(pull @ away**2) / 2) / rows, gradient / rows

    bounds = [(0, None)] * count + [(None, None)] * width
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9}).x
    return found[:count], found[count:]
