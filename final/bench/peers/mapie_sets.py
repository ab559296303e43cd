"""MAPIE's split conformal sets (LAC) and intervals (absolute residuals): mapie_sets.py INPUT.npz OUTPUT.npz ...

INPUT has `coverage`, `scores` (n, K) of classes or (n,) of a regression, `actual` (n,), and `test`, scores of other
rows; OUTPUT has `sets`, bool (m, K), or `intervals` (m, 2).
"""

import sys
from typing import Self

import numpy as np
from mapie.classification import SplitConformalClassifier
from mapie.regression import SplitConformalRegressor
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin


class GivenProbabilities(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Fitted already: the rows are the probabilities."""

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self.classes_ = np.arange(classes)

    def fit(self, rows: np.ndarray, actual: np.ndarray) -> Self:
        return self

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        return rows

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(rows.argmax(axis=1))


class GivenPredictions(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Fitted already: the only column is the prediction."""

    def __init__(self) -> None:
        self.n_features_in_ = 1

    def fit(self, rows: np.ndarray, actual: np.ndarray) -> Self:
        return self

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return rows[:, 0]


def sets(scores: np.ndarray, actual: np.ndarray, test: np.ndarray, coverage: float) -> np.ndarray:
    model = SplitConformalClassifier(GivenProbabilities(scores.shape[1]), coverage, conformity_score="lac", prefit=True)
    return np.asarray(model.conformalize(scores, actual).predict_set(test)[1][:, :, 0])


def intervals(scores: np.ndarray, actual: np.ndarray, test: np.ndarray, coverage: float) -> np.ndarray:
    model = SplitConformalRegressor(GivenPredictions(), coverage, conformity_score="absolute", prefit=True)
    return np.asarray(model.conformalize(scores[:, None], actual).predict_interval(test[:, None])[1][:, :, 0])


if __name__ == "__main__":
    for source, output in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        given = np.load(source)
        part = (given["scores"], given["actual"], given["test"], float(given["coverage"]))
        if given["scores"].ndim == 2:
            np.savez(output, sets=sets(*part))
        else:
            np.savez(output, intervals=intervals(*part))
