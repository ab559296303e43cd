"""Which answers change when another model gives them."""

import numpy as np

from core.metrics.classes import labels
from core.spec.target import Target

MOVED = 0.1  # a regression's answer has changed if it moved by this share of the answers' standard deviation


def changed_answers(before: np.ndarray, after: np.ndarray, target: Target) -> np.ndarray:
    """Whether each row's answer changes, bool, shape (n,); scores of both models, (n,) or (n, K)."""
    if target.task == "regression":
        return np.asarray(np.abs(after - before) > MOVED * (np.std(before) or 1.0))
    return np.asarray(labels(before, target) != labels(after, target))
