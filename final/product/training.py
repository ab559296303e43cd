"""Training: the parts that a product's estimator names, and the weights that put them together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import numpy as np
import pandas as pd
from catboost import Pool

from product import boosting, linear, memory, stack
from product.boosting import Boosted
from product.declaration import Contract, Model, Target
from product.digits import rounded
from product.features import Column, FeatureMaker
from product.foreign import Foreign, reference
from product.metrics import value
from product.model import Part, ProductModel, Table, activation
from product.outcome import classes, codes

PARTS: dict[str, tuple[str, ...]] = {
    "blend": ("catboost", "linear"),
    "catboost": ("catboost",),
    "linear": ("linear",),
    "hist_gradient_boosting": ("hist_gradient_boosting",),
}
REFIT_ROWS = 100_000  # with more, the validation part would add nothing that pays for training twice
Progress = Callable[[int, int], None]  # trees made, and how many there can be


@dataclass
class Trained:
    """A model, and what there is to say of its training."""

    model: ProductModel
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Data:
    """Columns of the model and codes of the target."""

    columns: dict[str, Column]
    target: np.ndarray

    @classmethod
    def of(cls, maker: FeatureMaker, target: Target, table: Table) -> Self:
        return cls(maker(table), codes(table[target.name], target))

    def __len__(self) -> int:
        return len(self.target)


def _joined(one: Data, two: Data) -> Data:
    columns: dict[str, Column] = {
        name: np.concatenate([np.asarray(part.columns[name], dtype=_kind(values)) for part in (one, two)])
        for name, values in one.columns.items()
    }
    return Data(columns, np.concatenate([one.target, two.target]))


def _kind(values: Column) -> type:
    return object if isinstance(values[0], str) else float


@dataclass(frozen=True)
class First:
    """A part fitted on train alone: its raw scores of the validation part, and what that chose: trees, or strength."""

    part: Part
    raw: np.ndarray
    choice: Any = None


class Trainer:
    """Fits parts of one product on the same columns."""

    def __init__(self, contract: Contract, maker: FeatureMaker, settings: Model, rows: int, progress: Progress) -> None:
        self.contract, self.target, self.maker = contract, contract.target, maker
        self.given = settings
        self.settings = boosting.sized(settings, rows, len(contract.target.values))
        self.once = rows > REFIT_ROWS
        self._progress = progress

    def _made(self, before: int, trees: int) -> None:
        most = self.settings.iterations or 0
        self._progress(before + trees, most if self.once else 2 * most)

    def first(self, name: str, train: Data, validation: Data) -> First:
        """Fit a part on train. Where the rows are many, CatBoost takes over the columns: both have them no more."""
        if name == "catboost":
            return self._boosted(train, validation)
        if name != "linear":
            part = self._histogram(train)
            return First(part, part.raw(validation.columns))
        strengths = linear.STRENGTHS if self.given.strength is None else (self.given.strength,)
        fitted = [(self._linear(train, strength), strength) for strength in strengths]
        tried = [First(one, one.raw(validation.columns), strength) for one, strength in fitted]
        return min(tried, key=lambda one: loss(one.raw, validation.target, self.contract))

    def _boosted(self, train: Data, validation: Data) -> First:
        inside, outside = self._pools(train, validation)
        told = partial(self._made, 0)
        booster = boosting.search(self.settings, self.target, inside, train.target, outside, told)
        part = Boosted(booster, self.maker.categorical)
        return First(part, part.raw_of(outside), max(1, booster.tree_count_))

    def _pools(self, *data: Data) -> list[Pool]:
        if not self.once:
            return [boosting.pool(one.columns, self.maker.categorical, one.target) for one in data]
        memory.trim()
        found = [boosting.taken(one.columns, self.maker.categorical, one.target) for one in data]
        memory.trim()
        return found

    def again(self, name: str, both: Data, choice: Any) -> Part:
        """The part fitted on all rows, with the choice that was made."""
        if name == "catboost":
            rows = boosting.pool(both.columns, self.maker.categorical, both.target)
            told = partial(self._made, self.settings.iterations or 0)
            booster = boosting.final(self.settings, self.target, rows, both.target, choice, told)
            return Boosted(booster, self.maker.categorical)
        return self._linear(both, choice) if name == "linear" else self._histogram(both)

    def _linear(self, data: Data, strength: float) -> linear.Linear:
        count = len(self.target.values)
        return linear.fit(self.target.task, data.columns, data.target, self.maker.categorical, strength, count)

    def _histogram(self, data: Data) -> Foreign:
        from sklearn.compose import make_column_transformer
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OrdinalEncoder

        kind = HistGradientBoostingRegressor if self.target.task == "regression" else HistGradientBoostingClassifier
        encoder = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=np.nan, min_frequency=5, max_categories=250
        )
        numbers = [name for name in self.maker.names if name not in self.maker.categorical]
        parts = make_column_transformer((encoder, self.maker.categorical), ("passthrough", numbers))
        estimator = kind(
            learning_rate=self.given.learning_rate or 0.1,
            max_iter=self.given.iterations or 100,
            max_depth=self.given.depth,
            l2_regularization=self.given.l2_leaf_reg or 0,
            random_state=self.given.seed,
            early_stopping=False,
        )
        frame = pd.DataFrame(dict(data.columns))
        fitted = make_pipeline(parts, estimator).fit(frame, data.target)
        return Foreign(fitted, self.target.task, self.maker.categorical, reference(data.columns))


def loss(raw: np.ndarray, target: np.ndarray, contract: Contract) -> float:
    """What training makes small: log loss, or the mean squared error."""
    scores = activation(raw, contract.target)
    if contract.target.task == "regression":
        return float(np.mean((scores - target) ** 2))
    return value("log_loss", target, scores)


def fit(
    contract: Contract, settings: Model, tables: Iterable[Table], progress: Progress = lambda trees, most: None
) -> Trained:
    """Train each part on train, weigh them on validation, then train again on both with what was chosen.

    `tables` are train and validation; those of an iterator are let go of one by one, so that two are never in memory.
    """
    maker = FeatureMaker(contract)
    inside, outside = map(partial(Data.of, maker, contract.target), tables)
    rows = len(inside) + len(outside)
    trainer = Trainer(contract, maker, settings, rows, progress)
    names = PARTS[settings.estimator]
    # CatBoost is the last to be trained: where it takes over the rows, no other part needs them any more
    firsts = {name: trainer.first(name, inside, outside) for name in reversed(names)}
    found = stack.fit([firsts[name].raw for name in names], outside.target, contract.target.task)
    weights, offsets = (rounded(values.tolist()) for values in found)
    kept = [name for name, weight in zip(names, weights, strict=True) if weight > 0] or [names[0]]
    if trainer.once:
        parts = {name: firsts[name].part for name in kept}
    else:
        both = _joined(inside, outside)
        parts = {name: trainer.again(name, both, firsts[name].choice) for name in kept}
    used = [weight for name, weight in zip(names, weights, strict=True) if name in kept]
    model = ProductModel(contract, parts, used, offsets)
    return Trained(model, _remarks(model, inside, rows))


def _remarks(model: ProductModel, inside: Data, rows: int) -> list[str]:
    target = model.contract.target
    said = [f"{rows:,} rows", " + ".join(f"{w:.2f} {n}" for n, w in zip(model.parts, model.weights, strict=True))]
    if model.booster is not None:
        said[0] = f"{model.booster.tree_count_} trees on {rows:,} rows"
        if boosting.class_weights(inside.target, target):
            rare, share = boosting.rarest(inside.target, target)
            said.append(f"{target.name}={classes(target)[rare]} is rare ({share:.1%}): its rows weigh more in training")
    return said


def linear_scores(parts: Sequence[pd.DataFrame], test: Table, contract: Contract) -> np.ndarray:
    """What a plain linear model of middling strength would answer: the baseline that a boosted one has to beat.

    It is fitted on the rows of the parts, which follow each other; of many on some, drawn before they are joined.
    """
    starts = np.cumsum([0, *map(len, parts)])
    rows = linear.drawn(int(starts[-1]))
    inside = [
        part.iloc[rows[(rows >= at) & (rows < at + len(part))] - at] for at, part in zip(starts, parts, strict=False)
    ]
    train = pd.concat(inside, ignore_index=True)
    maker = FeatureMaker(contract)
    trainer = Trainer(contract, maker, Model(estimator="linear"), 0, lambda trees, most: None)
    part = trainer.again("linear", Data.of(maker, contract.target, train), 1.0)
    return activation(part.raw(maker(test)), contract.target)
