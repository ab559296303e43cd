"""Training: the parts that a product's estimator names, and the weights that put them together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from core.base.digits import rounded
from core.features.maker import FeatureMaker
from core.model import blend, presets
from core.model.catboost_part import BoostedEstimator
from core.model.conformal import Guarantee
from core.model.folds import Fold, folds, group_numbers
from core.model.linear_part import LinearEstimator
from core.model.model import ProductModel
from core.model.part import Data, Estimator, Part, activation
from core.spec.columns import monotone
from core.spec.contract import Contract
from core.spec.estimator import Model
from core.spec.product import Split
from core.spec.target import Target

PARTS: dict[str, tuple[str, ...]] = {
    "blend": ("catboost", "linear"),
    "catboost": ("catboost",),
    "linear": ("linear",),
}
REFIT_ROWS = 100_000  # with more rows, adding the validation part is not worth training twice
CROSS_ROWS = 5_000  # with more rows, the validation part is enough to choose on
FOLDS = {"good": 5, "best": 8}
BAG = {"good": 1, "best": 5}  # boosters of different seeds that are averaged
Progress = Callable[[int, int], None]  # trees made so far, and their greatest possible number


@dataclass(frozen=True)
class Weighted:
    """Fitted parts with their weights, and the raw scores of each for rows that it was not fitted on."""

    parts: Mapping[str, Part]
    weights: Mapping[str, float]
    offsets: list[float]
    unseen: Mapping[str, np.ndarray]
    rows: Data

    def unseen_scores(self, target: Target) -> np.ndarray:
        """The model's scores of the rows that it was not fitted on, (n,) or (n, K)."""
        raw = sum((weight * self.unseen[name] for name, weight in self.weights.items()), np.zeros(1))
        offset = np.array(self.offsets) if len(self.offsets) > 1 else self.offsets[0]
        return activation(np.asarray(raw + offset), target)


@dataclass
class Trained:
    """A model, and remarks on its training.

    `unseen` are the model's scores of rows that its parts were not fitted on: all of train and validation in their
    order, or those of validation; (n,) or (n, K). `actual` are the codes of their targets, and `weights` how much each
    of them counts, (n,).
    """

    model: ProductModel
    unseen: np.ndarray
    actual: np.ndarray
    weights: np.ndarray
    remarks: list[str] = field(default_factory=list)


def ignore_progress(trees: int, most: int) -> None:
    """The default of `fit`: nobody watches."""


def fit(
    contract: Contract,
    settings: Model,
    tables: Iterable[pd.DataFrame],
    progress: Progress = ignore_progress,
    refit_rows: int = REFIT_ROWS,
    cross_rows: int = CROSS_ROWS,
    split: Split | None = None,
    coverage: float | None = None,
    slices: Iterable[str] = (),
) -> Trained:
    """Weight the parts on rows that they were not fitted on, then fit each on all rows with the choices made.

    `tables` are train and validation. Those of an iterator are released one by one, so that memory holds only one.
    Up to `cross_rows` rows in all, the unseen rows are those of folds of both tables, which keep the groups of `split`
    together. With more, or if `split` is by date, they are validation; with more than `refit_rows`, and if the quality
    is fast, nothing is fitted again. The unseen rows also tell how wide the sets or intervals of `coverage` are,
    in the groups of each column of `slices` that is a category. Raises UserError where they are too few for that.
    """
    maker, target = FeatureMaker(contract), contract.target
    split = split or Split()
    (train, groups), (validation, more_groups) = map(partial(_prepared, maker, contract, split.group), tables)
    rows, columns = len(train) + len(validation), len(train.columns)
    complete = presets.completed(settings, rows, len(target.values), columns)
    cross: list[Fold] = []
    if rows <= cross_rows and split.by is None and settings.quality != "fast":
        everything = train.joined(validation)
        cross = _folds(everything.target, target, FOLDS[settings.quality], np.concatenate([groups, more_groups]))
    unseen_rows = everything if cross else validation
    groups_of_rows = {name: unseen_rows.columns[name] for name in slices if name in maker.categorical}
    once = not cross and (rows > refit_rows or settings.quality == "fast")
    bag = 0 if once else BAG[settings.quality]
    directions = monotone(contract.features)
    estimators: dict[str, Estimator] = {
        "catboost": BoostedEstimator(target, maker, complete, once, progress, (len(cross) or 1) + bag, bag, directions),
        "linear": LinearEstimator(target, maker.categorical, settings.strength),
    }
    parts = ("catboost",) if directions else PARTS[settings.estimator]  # a linear part keeps no direction
    chosen = {name: estimators[name] for name in parts}
    if cross:
        fitted = _by_folds(chosen, everything, cross, target)
    else:
        fitted = _by_validation(chosen, train, validation, target, once)
    model = ProductModel(contract, fitted.parts, list(fitted.weights.values()), fitted.offsets)
    unseen = fitted.unseen_scores(target)
    if coverage is not None:
        model.guarantee = Guarantee.of(coverage, target, fitted.rows.target, unseen, groups_of_rows)
    return Trained(model, unseen, fitted.rows.target, fitted.rows.weights, _remarks(model, rows))


def _prepared(
    maker: FeatureMaker, contract: Contract, group: str | None, table: pd.DataFrame
) -> tuple[Data, np.ndarray]:
    """The table as data, and the group of each row; without groups an empty array."""
    groups = np.asarray(table[group] if group else [], dtype=object)
    return Data.of(maker, contract, table), groups


def _folds(actual: np.ndarray, target: Target, count: int, groups: np.ndarray) -> list[Fold]:
    """The folds; none if there are too few groups, or too few rows of a class, for each to be on both sides."""
    numbers = group_numbers(pd.Series(groups)) if len(groups) else None
    most = len(actual) if numbers is None else len(np.unique(numbers))
    if target.task != "regression":
        most = min(most, int(np.unique(actual, return_counts=True)[1].min()))
    if most < count:
        return []
    made = list(folds(actual, target.task, count, numbers))
    return made if all(len(np.unique(actual[inside])) > 1 for inside, _ in made) else []


def _by_folds(estimators: Mapping[str, Estimator], rows: Data, cross: Sequence[Fold], target: Target) -> Weighted:
    crossed = {name: estimator.cross_fit(rows, cross) for name, estimator in estimators.items()}
    raws = {name: part.raw for name, part in crossed.items()}
    weights, offsets = _weights(raws, rows, target)
    parts = {name: estimators[name].refit(rows, crossed[name].choice) for name in weights}
    return Weighted(parts, weights, offsets, raws, rows)


def _by_validation(
    estimators: Mapping[str, Estimator], train: Data, validation: Data, target: Target, once: bool
) -> Weighted:
    # CatBoost is the last to be fitted: with many rows it takes over the columns
    fitted = {name: estimators[name].fit(train, validation) for name in reversed(list(estimators))}
    raws = {name: fitted[name].raw for name in estimators}
    weights, offsets = _weights(raws, validation, target)
    if once:
        parts = {name: fitted[name].part for name in weights}
    else:
        everything = train.joined(validation)
        parts = {name: estimators[name].refit(everything, fitted[name].choice) for name in weights}
    return Weighted(parts, weights, offsets, raws, validation)


def _weights(raws: Mapping[str, np.ndarray], rows: Data, target: Target) -> tuple[dict[str, float], list[float]]:
    """The weights of the parts that have one above 0, and the offsets."""
    weights, offsets = blend.fit(list(raws.values()), rows.target, target.task, rows.weights)
    weight_of = dict(zip(raws, rounded(weights.tolist()), strict=True))
    kept = {name: weight for name, weight in weight_of.items() if weight > 0}
    return kept or dict([*weight_of.items()][:1]), rounded(offsets.tolist())


def _remarks(model: ProductModel, rows: int) -> list[str]:
    weights = " + ".join(f"{weight:.2f} {name}" for name, weight in zip(model.parts, model.weights, strict=True))
    if model.booster is None:
        return [f"{rows:,} rows", weights]
    return [f"{model.booster.tree_count_} trees on {rows:,} rows", weights]
