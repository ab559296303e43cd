"""CatBoost on the model's columns: settings that follow the table's size, training with early stopping, raw scores."""

import errno
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from catboost import CatBoost, CatBoostError, Pool, sum_models

from core.base import memory
from core.base.errors import UserError
from core.features.columns import Column
from core.features.maker import FeatureMaker
from core.metrics.weights import scaled
from core.model.folds import Fold
from core.model.part import Crossed, Data, Fitted, crossed
from core.model.pools import FEW_ROWS, pool, taken
from core.model.presets import LARGE_ROWS, share_of_columns
from core.spec.estimator import Model
from core.spec.metric_names import Task
from core.spec.target import Target

# metadata of a model file that differ between equal trainings
_TIME_STAMPS = {"model_guid": "", "train_finish_time": ""}
DIRECTIONS = {"rising": 1, "falling": -1}  # as CatBoost's monotone_constraints
LONGER = 2  # times the step of the settings: the step of boosters that only choose

Columns = Mapping[str, Column]
Progress = Callable[[int], None]
Monotone = Mapping[str, str]  # feature -> rising or falling
NONE: Monotone = {}


@dataclass(frozen=True)
class Boosted:
    """A trained booster that takes columns."""

    FILE: ClassVar[str] = "model.cbm"
    booster: CatBoost
    categorical: Sequence[str]

    def raw(self, columns: Columns) -> np.ndarray:
        """Log-odds (n,), a score for each class (n, K), or the value (n,)."""
        return self.raw_of(pool(columns, self.categorical))

    def raw_of(self, rows: Pool) -> np.ndarray:
        """The same for rows that are a pool already."""
        # one thread for the few rows of a request, since threads would only wait for each other
        threads = 1 if rows.num_row() <= FEW_ROWS else -1
        return np.asarray(self.booster.predict(rows, prediction_type="RawFormulaVal", thread_count=threads))

    def contributions(self, columns: Columns) -> np.ndarray:
        """SHAP values, the base last (Lundberg, Erion and Lee 2018): (n, F+1) or (n, K, F+1)."""
        return np.asarray(self.booster.get_feature_importance(pool(columns, self.categorical), type="ShapValues"))

    def save(self, path: Path) -> None:
        """The same training gives the same bytes."""
        metadata = self.booster.get_metadata()
        for key, value in _TIME_STAMPS.items():
            metadata[key] = value
        try:
            self.booster.save_model(str(path))
            CatBoost().load_model(str(path))  # on a full disk CatBoost truncates a small file without an error
        except CatBoostError as error:
            if shutil.disk_usage(path.parent).free < 1 << 20:
                raise OSError(errno.ENOSPC, f"No space left on device: {error}", str(path)) from None
            raise OSError(errno.EIO, f"cannot be written: {error}", str(path)) from None

    @classmethod
    def load(cls, path: Path, task: Task, categorical: Sequence[str]) -> Self:
        """Raises CatBoostError if the file is not a model."""
        booster = CatBoost()
        booster.load_model(str(path))
        return cls(booster, categorical)


def _options(settings: Model, target: Target, rows: int, columns: int, monotone: Monotone = NONE) -> dict[str, Any]:
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
    if rows >= LARGE_ROWS or settings.quality == "fast":
        options["max_ctr_complexity"] = 1  # the time is better spent on more trees than on combinations
    if (share := share_of_columns(columns, len(target.values))) < 1:
        options["rsm"] = share
    if monotone:
        options["monotone_constraints"] = {name: DIRECTIONS[way] for name, way in monotone.items()}
    if target.task == "multiclass":
        options["classes_count"] = len(target.values)
    return options


class _Callback:
    """CatBoost's callback protocol: called after each tree, returns whether to continue."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def after_iteration(self, info: Any) -> bool:
        self._progress(info.iteration)
        return True


def search(
    settings: Model, target: Target, inside: Pool, outside: Pool, progress: Progress, monotone: Monotone = NONE
) -> CatBoost:
    """Train on `inside` until `outside` no longer improves; the trees up to the best are kept."""
    options = _options(settings, target, inside.num_row(), inside.num_col(), monotone)
    patience = settings.early_stopping_rounds
    stop = {"eval_set": outside, "early_stopping_rounds": patience, "use_best_model": True}
    return _fitted(CatBoost({**options, "iterations": settings.iterations}), inside, progress, stop)


def final(
    settings: Model, target: Target, rows: Pool, trees: int, progress: Progress, monotone: Monotone = NONE
) -> CatBoost:
    """Train on all rows with a given number of trees."""
    options = _options(settings, target, rows.num_row(), rows.num_col(), monotone)
    return _fitted(CatBoost({**options, "iterations": trees}), rows, progress, {})


def averaged(boosters: Sequence[CatBoost]) -> CatBoost:
    """One booster whose raw score is the mean of theirs; all were trained on the same rows.

    On other rows the statistics of a category would differ, of which a model's file keeps only one table.
    """
    if len(boosters) == 1:
        return boosters[0]
    weights = [1 / len(boosters)] * len(boosters)
    return sum_models(list(boosters), weights=weights, ctr_merge_policy="LeaveMostDiversifiedTable")


def _fitted(booster: CatBoost, rows: Pool, progress: Progress, options: Mapping[str, Any]) -> CatBoost:
    try:
        booster.fit(rows, callbacks=[_Callback(progress)], **options)
    except CatBoostError as error:  # such as that every feature has one value in these rows
        reason = str(error).split(": ", 1)[-1]
        raise UserError(
            f"CatBoost cannot learn from these columns: {reason} Add a column that differs by row"
        ) from None
    return booster


@dataclass(frozen=True)
class BoostedEstimator:
    """Settings are complete. `once`: the rows are many, so train has to be enough and is handed over to CatBoost.

    `trainings` is how many there are in all, for the progress; `bag` the number of models that a refit averages.
    """

    target: Target
    maker: FeatureMaker
    settings: Model
    once: bool
    progress: Callable[[int, int], None]
    trainings: int = 2
    bag: int = 1
    monotone: Monotone = field(default_factory=dict)

    def fit(self, train: Data, validation: Data) -> Fitted:
        return self._fit(train, validation, 0)

    def cross_fit(self, rows: Data, folds: Sequence[Fold]) -> Crossed:
        """The steps are LONGER times as long as the settings say; the number of trees is for those of the settings."""
        longer = self.settings.model_copy(
            update={
                "learning_rate": min(1.0, LONGER * (self.settings.learning_rate or 1.0)),
                "iterations": math.ceil((self.settings.iterations or 1) / LONGER),
                "early_stopping_rounds": math.ceil((self.settings.early_stopping_rounds or 1) / LONGER),
            }
        )

        def progress(trees: int, most: int) -> None:
            self.progress(LONGER * trees, LONGER * most)

        chooser = replace(self, settings=longer, progress=progress)
        fitted = []
        for number, (inside, outside) in enumerate(folds):
            fitted.append(chooser._fit(rows.take(inside), rows.take(outside), number))
        trees = round(LONGER * float(np.mean([part.choice for part in fitted])))
        return Crossed(crossed([part.raw for part in fitted], folds), min(trees, self.settings.iterations or trees))

    def refit(self, rows: Data, choice: int) -> Boosted:
        everything = pool(rows.columns, self.maker.categorical, rows.target, scaled(rows.weights))
        boosters = []
        for number in range(self.bag):
            settings = self.settings.model_copy(update={"seed": self.settings.seed + number})
            progress = self._progress(self.trainings - self.bag + number)
            boosters.append(final(settings, self.target, everything, choice, progress, self.monotone))
        return Boosted(averaged(boosters), self.maker.categorical)

    def _fit(self, train: Data, validation: Data, number: int) -> Fitted:
        inside, outside = self._pools(train, validation)
        booster = search(self.settings, self.target, inside, outside, self._progress(number), self.monotone)
        part = Boosted(booster, self.maker.categorical)
        return Fitted(part, part.raw_of(outside), max(1, booster.tree_count_))

    def _pools(self, *parts: Data) -> list[Pool]:
        make = taken if self.once else pool
        if self.once:
            memory.trim()
        pools = [make(part.columns, self.maker.categorical, part.target, scaled(part.weights)) for part in parts]
        if self.once:
            memory.trim()
        return pools

    def _progress(self, number: int) -> Progress:
        """What reports the trees of one training, after `number` others."""
        most = self.settings.iterations or 0
        return lambda trees: self.progress(number * most + trees, self.trainings * most)
