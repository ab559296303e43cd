"""Confident learning (Northcutt, Jiang and Chuang 2021): rows whose label unseen probabilities contradict."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Suspects:
    """Places of the rows whose label is likely wrong, the most contradicted first, with the class that is more likely.

    `estimate` is how many labels are wrong: the rows off the diagonal of the calibrated joint of given and true class.
    """

    places: np.ndarray  # (m,)
    likely: np.ndarray  # (m,)
    estimate: float


def suspects(target: np.ndarray, scores: np.ndarray) -> Suspects:
    """Suspects among rows of class `target` (n,) by probabilities (n,) or (n, K) of models that did not see the row.

    A class counts for a row if its probability is at least the mean that rows labelled so have (the class's
    threshold); the most probable of these classes is the confident one. Rows are ranked by the margin between the
    probabilities of the given and the confident class.
    """
    probability = scores if scores.ndim == 2 else np.column_stack([1 - scores, scores])
    rows, classes = probability.shape
    labelled = np.bincount(target, minlength=classes)
    own = probability[np.arange(rows), target]
    thresholds = np.full(classes, np.inf)
    thresholds[labelled > 0] = np.bincount(target, own, classes)[labelled > 0] / labelled[labelled > 0]
    counts = probability >= thresholds
    likely = np.where(counts, probability, -1).argmax(axis=1)
    is_confident = counts.any(axis=1)
    joint = np.zeros((classes, classes))
    np.add.at(joint, (target[is_confident], likely[is_confident]), 1)
    confident_rows = joint.sum(axis=1)
    wrong = (confident_rows - np.diag(joint)) / np.maximum(confident_rows, 1)
    places = np.flatnonzero(is_confident & (likely != target))
    margin = own[places] - probability[places, likely[places]]
    places = places[np.argsort(margin, kind="stable")]
    return Suspects(places, likely[places], float(wrong @ labelled))
