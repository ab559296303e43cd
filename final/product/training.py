"""Training: the parts that a product's estimator names, and the weights that put them together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from product import boosting, linear, stack
from product.boosting import Boosted
from product.declaration import Contract, Model
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
Progress = Callable[[int], None]


@dataclass
class Trained:
    """A model, and what there is to say of its training."""

    model: ProductModel
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Data:
    """Columns of the model and codes of the target."""

    columns: Mapping[str, Column]
    target: np.ndarray

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


class Trainer:
    """Fits parts of one product on the same columns."""

    def __init__(self, contract: Contract, settings: Model, rows: int, progress: Progress) -> None:
        self.contract, self.target = contract, contract.target
        self.maker = FeatureMaker(contract)
        self.given = settings
        self.settings = boosting.sized(settings, rows, len(contract.target.values))
        self.progress = progress
        self.remarks: list[str] = []

    def data(self, table: Table) -> Data:
        return Data(self.maker(table), codes(table[self.target.name], self.target))

    def first(self, name: str, train: Data, validation: Data) -> tuple[Part, Any]:
        """A part fitted on train alone, and what the validation part chose: number of trees, or strength."""
        if name == "catboost":
            inside, outside = (boosting.pool(d.columns, self.maker.categorical, d.target) for d in (train, validation))
            booster = boosting.search(self.settings, self.target, inside, train.target, outside, self.progress)
            return Boosted(booster, self.maker.categorical), max(1, booster.tree_count_)
        if name == "linear":
            strengths = linear.STRENGTHS if self.given.strength is None else (self.given.strength,)
            tried = [(self._linear(train, strength), strength) for strength in strengths]
            return min(tried, key=lambda one: loss(one[0].raw(validation.columns), validation.target, self.contract))
        return self._histogram(train), None

    def again(self, name: str, both: Data, choice: Any) -> Part:
        """The part fitted on all rows, with the choice that was made."""
        if name == "catboost":
            rows = boosting.pool(both.columns, self.maker.categorical, both.target)
            done = self.settings.iterations or 0
            booster = boosting.final(
                self.settings, self.target, rows, both.target, choice, lambda trees: self.progress(done + trees)
            )
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
    contract: Contract, settings: Model, train: Table, validation: Table, progress: Progress = lambda trees: None
) -> Trained:
    """Train each part on `train`, weigh them on `validation`, then train again on both with what was chosen.

    `progress` is told how many trees were made in all; there are at most 2 x iterations.
    """
    rows = len(train[contract.target.name]) + len(validation[contract.target.name])
    trainer = Trainer(contract, settings, rows, progress)
    inside, outside = trainer.data(train), trainer.data(validation)
    names = PARTS[settings.estimator]
    firsts = {name: trainer.first(name, inside, outside) for name in names}
    raws = {name: part.raw(outside.columns) for name, (part, _) in firsts.items()}
    found = stack.fit(list(raws.values()), outside.target, contract.target.task)
    weights, offsets = (rounded(values.tolist()) for values in found)
    kept = [name for name, weight in zip(names, weights, strict=True) if weight > 0] or [names[0]]
    if rows <= REFIT_ROWS:
        both = _joined(inside, outside)
        parts = {name: trainer.again(name, both, firsts[name][1]) for name in kept}
    else:
        parts = {name: firsts[name][0] for name in kept}
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
    trainer = Trainer(contract, Model(estimator="linear"), 0, lambda trees: None)
    part = trainer.again("linear", trainer.data(train), 1.0)
    return activation(part.raw(trainer.maker(test)), contract.target)
