"""CatBoost on the model's columns: settings that follow the table's size, training with early stopping, raw scores."""

import errno
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from catboost import CatBoost, CatBoostError, Pool

from product.declaration import Model, Target

# CatBoost writes these into every model file; they tell when, not what, and would make equal trainings differ.
_WHEN = {"model_guid": "", "train_finish_time": ""}
LARGE = 200_000  # rows from which on statistics of categories' combinations would take the most of memory and time
FEW = 1000  # rows up to which one thread is quicker, and rows are handed over as lists

Columns = Mapping[str, Sequence[Any] | np.ndarray]
Progress = Callable[[int], None]


def sized(settings: Model, rows: int, classes: int = 0) -> Model:
    """The settings with those that were not given chosen by the table's size: the larger, the fewer and longer steps.

    Of K classes each tree has K values in a leaf, and costs as much more.
    """
    small = rows * max(1, classes) < 5_000
    iterations, rate = (1000, 0.03) if small else (500, 0.06) if rows < LARGE else (600, 0.12)
    if classes > 2:
        iterations, rate = 300, 0.1
    one_hot = 10 if rows < LARGE else 255
    return settings.model_copy(
        update={
            "iterations": settings.iterations or iterations,
            "learning_rate": settings.learning_rate or rate,
            "depth": settings.depth or (5 if classes > 2 else 6),
            "l2_leaf_reg": 3.0 if settings.l2_leaf_reg is None else settings.l2_leaf_reg,
            "one_hot_max_size": one_hot if settings.one_hot_max_size is None else settings.one_hot_max_size,
            "early_stopping_rounds": settings.early_stopping_rounds or max(20, iterations // 10),
        }
    )


def pool(columns: Columns, categorical: Sequence[str], target: np.ndarray | None = None) -> Pool:
    """The columns as CatBoost takes them; those to learn from keep their names."""
    names = list(columns)
    rows = len(columns[names[0]])
    if rows > FEW:
        return taken(dict(columns), categorical, target)
    positions = [names.index(name) for name in categorical]
    if target is None:  # the quickest of CatBoost's ways in for a few rows: the names alone would cost a fifth
        cells = np.empty((rows, len(names)), dtype=object)
        for position, values in enumerate(columns.values()):
            cells[:, position] = values
        return Pool(cells, cat_features=positions)
    lines = [list(line) for line in zip(*columns.values(), strict=True)]
    return Pool(lines, target, cat_features=positions, feature_names=names)


def taken(columns: dict[str, Any], categorical: Sequence[str], target: np.ndarray | None = None) -> Pool:
    """The same of many rows; `columns` is empty then, so that what nobody else has is freed on the way."""
    frame: dict[str, Any] = {}
    for name in list(columns):
        values = columns.pop(name)
        # as CatBoost has numbers, since it would keep those of twice the size instead
        frame[name] = values if name in categorical else np.asarray(values, dtype=np.float32)
    # each column where it is: a frame of its own would hold all of them once more
    return Pool(pd.DataFrame(frame, copy=False), target, cat_features=list(categorical))


@dataclass(frozen=True)
class Boosted:
    """A trained booster that takes columns."""

    booster: CatBoost
    categorical: Sequence[str]

    def raw(self, columns: Columns) -> np.ndarray:
        """Log-odds (n,), a score for each class (n, K), or the value (n,)."""
        return self.raw_of(pool(columns, self.categorical))

    def raw_of(self, rows: Pool) -> np.ndarray:
        """The same of rows that are a pool already."""
        # one thread: the rows of a request are few, and threads would only wait for each other
        threads = 1 if rows.num_row() <= FEW else -1
        return np.asarray(self.booster.predict(rows, prediction_type="RawFormulaVal", thread_count=threads))

    def contributions(self, columns: Columns) -> np.ndarray:
        """SHAP values, the base last (Lundberg, Erion and Lee 2018): (n, F+1) or (n, K, F+1)."""
        return np.asarray(self.booster.get_feature_importance(pool(columns, self.categorical), type="ShapValues"))

    def save(self, path: Path) -> None:
        """The same training gives the same bytes."""
        metadata = self.booster.get_metadata()
        for key, value in _WHEN.items():
            metadata[key] = value
        try:
            self.booster.save_model(str(path))
            CatBoost().load_model(str(path))  # a full disk cuts a small file off, and nothing says so
        except CatBoostError as error:
            full = shutil.disk_usage(path.parent).free < 1 << 20
            why = (errno.ENOSPC, "No space left on device") if full else (errno.EIO, "can't be written")
            raise OSError(why[0], f"{why[1]}: {error}", str(path)) from None

    @classmethod
    def load(cls, path: Path, categorical: Sequence[str]) -> Self:
        """Raises CatBoostError where the file is no model."""
        booster = CatBoost()
        booster.load_model(str(path))
        return cls(booster, categorical)


def _options(settings: Model, target: Target, codes: np.ndarray) -> dict[str, Any]:
    losses = {"binary": "Logloss", "multiclass": "MultiClass", "regression": "RMSE"}
    options: dict[str, Any] = {
        "loss_function": losses[target.task],
        "learning_rate": settings.learning_rate,
        "depth": settings.depth,
        "l2_leaf_reg": settings.l2_leaf_reg,
        "one_hot_max_size": settings.one_hot_max_size,
        "random_seed": settings.seed,
        "allow_writing_files": False,
        "verbose": False,
    }
    if len(codes) >= LARGE:
        options["max_ctr_complexity"] = 1  # more trees, for which there is time then, gain more than combinations
    if target.task == "multiclass":
        options["classes_count"] = len(target.values)
    if weights := class_weights(codes, target):
        options["class_weights"] = weights
    return options


def rarest(codes: np.ndarray, target: Target) -> tuple[int, float]:
    """The class with fewest rows, and its share."""
    counts = np.bincount(codes.astype(int), minlength=max(2, len(target.values)))
    return int(counts.argmin()), float(counts.min() / max(1, len(codes)))


def class_weights(codes: np.ndarray, target: Target) -> list[float] | None:
    """Where a class has less than a twentieth of the rows: root of how much commoner the commonest is; else None."""
    if target.task == "regression" or rarest(codes, target)[1] >= 0.05:
        return None
    counts = np.bincount(codes.astype(int), minlength=max(2, len(target.values)))
    return [float(np.sqrt(counts.max() / max(1, count))) for count in counts]


class _Told:
    """CatBoost's callback protocol: called after each tree, says whether to go on."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def after_iteration(self, info: Any) -> bool:
        self._progress(info.iteration)
        return True


def search(
    settings: Model, target: Target, inside: Pool, codes: np.ndarray, outside: Pool, progress: Progress
) -> CatBoost:
    """Train on `inside` until `outside` no longer gets better; the trees up to the best are kept."""
    booster = CatBoost({**_options(settings, target, codes), "iterations": settings.iterations})
    patience = settings.early_stopping_rounds
    booster.fit(
        inside, eval_set=outside, early_stopping_rounds=patience, use_best_model=True, callbacks=[_Told(progress)]
    )
    return booster


def final(settings: Model, target: Target, rows: Pool, codes: np.ndarray, trees: int, progress: Progress) -> CatBoost:
    """Train on all rows with a number of trees that is known."""
    booster = CatBoost({**_options(settings, target, codes), "iterations": trees})
    booster.fit(rows, callbacks=[_Told(progress)])
    return booster
