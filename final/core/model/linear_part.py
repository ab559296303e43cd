"""A linear model on the model's columns: logistic or ridge regression, fitted by scikit-learn, evaluated by numpy.

The strength of the penalty is the one that does best on rows that were not fitted on.
"""

import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from core.base.digits import rounded
from core.base.files import as_json
from core.metrics.metrics import value
from core.metrics.weights import Weights, scaled
from core.model.encoder import Columns, Encoder
from core.model.folds import Fold
from core.model.part import Crossed, Data, Fitted, activation, crossed
from core.spec.metric_names import Task
from core.spec.target import Target

MOST_ROWS = 50_000  # more rows do not improve a linear model
AT_ONCE = 10_000  # rows that are answered at a time
WIDE = 1000  # coefficients from which on Newton's matrix costs more than it saves
WIDE_OF_CLASSES = 250  # the same with more than two classes: with 300, Newton took ten times as long as L-BFGS
STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)  # inverse of the penalty, as scikit-learn's C


@dataclass(frozen=True)
class Linear:
    """raw = matrix @ coefficients + intercepts; K columns for K classes, otherwise one. `means` are the matrix's."""

    FILE: ClassVar[str] = "linear.json"
    encoder: Encoder
    coefficients: np.ndarray  # (P, K)
    intercepts: np.ndarray  # (K,)
    means: np.ndarray  # (P,)

    def raw(self, columns: Columns) -> np.ndarray:
        """Log-odds (n,), a score for each class (n, K), or the value (n,)."""
        rows = len(next(iter(columns.values())))
        if rows > AT_ONCE:  # the matrix is many times as wide as the table
            starts = range(0, rows, AT_ONCE)
            slices = ({name: values[at : at + AT_ONCE] for name, values in columns.items()} for at in starts)
            return np.concatenate([self.raw(part) for part in slices])
        # @ adds in another order for one row than for many; with einsum a row's answer does not depend on the others
        raw = np.einsum("np,pk->nk", self.encoder(columns), self.coefficients) + self.intercepts
        return np.asarray(raw[:, 0] if raw.shape[1] == 1 else raw)

    def contributions(self, columns: Columns) -> np.ndarray:
        """(n, F+1) or (n, K, F+1): coefficient x distance from the mean, summed by feature; the last is the base.

        For a linear model with independent columns these are its SHAP values (Lundberg and Lee 2017).
        """
        away = self.encoder(columns) - self.means
        owners = self.encoder.owners(list(columns))
        shap = np.zeros((len(away), self.coefficients.shape[1], len(columns) + 1))
        for number in range(len(columns)):
            own = owners == number
            shap[:, :, number] = away[:, own] @ self.coefficients[own]
        shap[:, :, -1] = self.means @ self.coefficients + self.intercepts
        return shap[:, 0] if shap.shape[1] == 1 else shap

    def save(self, path: Path) -> None:
        path.write_bytes(as_json(self.as_dict()))

    @classmethod
    def load(cls, path: Path, task: Task, categorical: Sequence[str]) -> Self:
        return cls.from_dict(json.loads(path.read_bytes()))

    def as_dict(self) -> dict[str, Any]:
        arrays = {name: getattr(self, name).tolist() for name in ("coefficients", "intercepts", "means")}
        return {"encoder": asdict(self.encoder), **arrays}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Self:
        encoder = Encoder.from_dict(saved["encoder"])
        intercepts = np.array(saved["intercepts"])
        coefficients = np.array(saved["coefficients"]).reshape(-1, len(intercepts))  # also of a matrix without columns
        return cls(encoder, coefficients, intercepts, np.array(saved["means"]))


def _estimate(
    task: Task, strength: float, matrix: np.ndarray, target: np.ndarray, classes: int, weights: Weights
) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    if task == "regression":
        model = Ridge(alpha=1 / strength).fit(matrix, target, weights)
        return model.coef_.reshape(-1, 1), np.array([model.intercept_])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # more iterations would hardly change the scores
        # Newton's method ends at the optimum, on every processor the same; L-BFGS stops near it, and is for wide tables
        wide = matrix.shape[1] * max(1, classes) > (WIDE_OF_CLASSES if classes > 2 else WIDE)
        options: dict[str, Any] = {"max_iter": 300} if wide else {"solver": "newton-cholesky", "tol": 1e-8}
        model = LogisticRegression(C=strength, **options).fit(matrix, target, weights)
    if task == "binary":
        return model.coef_.T, model.intercept_
    coefficients = np.zeros((matrix.shape[1], classes))
    intercepts = np.full(classes, -10.0)  # of a class that the training rows do not have
    if len(model.classes_) == 2:
        negative, positive = model.classes_
        coefficients[:, positive] = model.coef_[0]
        intercepts[positive] = model.intercept_[0]
        intercepts[negative] = 0
    else:
        coefficients[:, model.classes_] = model.coef_.T
        intercepts[model.classes_] = model.intercept_
    return coefficients, intercepts


def drawn(rows: int) -> np.ndarray:
    """Positions of the rows to fit on: all, or MOST_ROWS of them, in their order."""
    if rows <= MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).permutation(rows)[:MOST_ROWS])


def fit(
    task: Task,
    columns: Columns,
    target: np.ndarray,
    categorical: Sequence[str],
    strengths: Sequence[float],
    classes: int,
    weights: Weights = None,
) -> list[Linear]:
    """Fit with each strength, on at most MOST_ROWS rows, drawn by a fixed seed."""
    if len(target) > MOST_ROWS:
        rows = drawn(len(target))
        columns = {name: np.asarray(values)[rows] for name, values in columns.items()}
        target, weights = target[rows], weights if weights is None else weights[rows]
    encoder = Encoder.fit(columns, categorical)
    matrix = encoder(columns)
    means, width = matrix.mean(axis=0), matrix.shape[1]
    if not width:  # of categories that have only rare values nothing but the intercept can be learnt
        matrix = np.zeros((len(target), 1))
    rounded_encoder = Encoder.from_dict(rounded(asdict(encoder)))
    parts = []
    for strength in strengths:
        coefficients, intercepts = _estimate(task, strength, matrix, target, classes, scaled(weights))
        parts.append(Linear(rounded_encoder, *map(_rounded, (coefficients[:width], intercepts, means))))
    return parts


def _rounded(array: np.ndarray) -> np.ndarray:
    return np.array(rounded(array.tolist())).reshape(array.shape)


@dataclass(frozen=True)
class LinearEstimator:
    """`strength` is that of product.yaml; if it is None the best of STRENGTHS is chosen."""

    target: Target
    categorical: Sequence[str]
    strength: float | None = None

    def fit(self, train: Data, validation: Data) -> Fitted:
        strengths = self._strengths
        parts = self._fit(train, strengths)
        raws = [part.raw(validation.columns) for part in parts]
        best = self._best(raws, validation)
        return Fitted(parts[best], raws[best], strengths[best])

    def cross_fit(self, rows: Data, folds: Sequence[Fold]) -> Crossed:
        strengths = self._strengths
        raws_of_folds = []
        for inside, outside in folds:
            columns = rows.take(outside).columns
            raws_of_folds.append([part.raw(columns) for part in self._fit(rows.take(inside), strengths)])
        raws = [crossed(raws, folds) for raws in zip(*raws_of_folds, strict=True)]
        best = self._best(raws, rows)
        return Crossed(raws[best], strengths[best])

    def refit(self, rows: Data, choice: float) -> Linear:
        return self._fit(rows, [choice])[0]

    @property
    def _strengths(self) -> Sequence[float]:
        return STRENGTHS if self.strength is None else (self.strength,)

    def _fit(self, rows: Data, strengths: Sequence[float]) -> list[Linear]:
        classes = len(self.target.values)
        return fit(self.target.task, rows.columns, rows.target, self.categorical, strengths, classes, rows.weights)

    def _best(self, raws: Sequence[np.ndarray], rows: Data) -> int:
        weights = scaled(rows.weights)
        return int(np.argmin([self._loss(raw, rows.target, weights) for raw in raws]))

    def _loss(self, raw: np.ndarray, target: np.ndarray, weights: Weights) -> float:
        """Log loss, or the mean squared error."""
        if self.target.task == "regression":
            return float(np.average((raw - target) ** 2, weights=weights))
        return value("log_loss", target, activation(raw, self.target), weights)
