"""Inductive Venn-Abers probabilities of two classes: venn_abers_probabilities.py INPUT.npz OUTPUT.npz ...

INPUT has `scores` (n,), the positive class's, `actual`, 0 or 1 (n,), and `test`, scores of other rows (m,); OUTPUT `p0`
and `p1`, the isotonic fit at each test row if it were of class 0 and of class 1, and `merged`, p1 / (1 - p0 + p1).
V. Vovk, I. Petej and V. Fedorova, "Large-scale probabilistic predictors with and without guarantees of validity", 2015.
"""

import sys

import numpy as np
from venn_abers import VennAbers


def two_columns(scores: np.ndarray) -> np.ndarray:
    return np.column_stack([1 - scores, scores])


if __name__ == "__main__":
    for source, output in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        given = np.load(source)
        calibrator = VennAbers()
        calibrator.fit(two_columns(given["scores"]), given["actual"])
        merged, bounds = calibrator.predict_proba(two_columns(given["test"]))
        np.savez(output, p0=bounds[:, 0], p1=bounds[:, 1], merged=merged[:, 1])
