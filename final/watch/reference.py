"""What the champion was trained and tested on, as far as watching needs it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.base.errors import UserError
from core.base.paths import Paths
from core.metrics.classes import codes
from core.model.effects import effects
from core.model.model import ProductModel
from core.spec.columns import Date, parts
from core.spec.contract import Contract
from core.spec.product import Product
from core.spec.yaml_file import load
from core.table import typed
from service.model.live import Live
from service.model.serving import Serving
from watch.checks import PREDICTIONS, answered_values
from watch.drift import Profile
from watch.promise import Promise
from watch.rows import model_columns

PARTS = ("train", "validation", "holdout")


@dataclass(frozen=True)
class Reference:
    """The champion, its promise, and profiles of its features and, by the hold-out alone, of its predictions."""

    product: Product
    live: Live
    promise: Promise
    profiles: list[Profile]
    predictions: Profile


def reference(name: str) -> Reference:
    """Of the champion of a product. Raises UserError without one, or without the split tables of its run."""
    product, paths = load(name), Paths.of(name)
    live = Live(Serving.champion(name))
    if live.serving.model is None:
        raise UserError(live.serving.cause)
    model = live.require_model()
    if model.contract.hash() != product.contract.hash():
        raise UserError(
            f"{paths.root}/product.yaml: its contract is not the champion's ({live.version[:12]}), so rows cannot "
            f"be compared; run bash final/pipeline.sh {product.name}"
        )
    missing = next((paths.part(part) for part in PARTS if not paths.part(part).exists()), None)
    if missing:
        raise UserError(f"{missing}: not there; bash final/pipeline.sh {product.name} makes it (dvc pull fetches it)")
    tables = [typed.read(paths.part(part), product)[0] for part in PARTS]
    holdout = tables[-1]
    scores = model.scores(holdout)
    promise = Promise(product.target.task, scores, codes(holdout[product.target.name], product.target), product.watch)
    return Reference(product, live, promise, feature_profiles(model, tables), prediction_profile(scores))


def feature_profiles(model: ProductModel, tables: Sequence[pd.DataFrame]) -> list[Profile]:
    """Of the rows of all tables; the last one is the hold-out, which tells how important the features are."""
    strengths = {effect["feature"]: effect["strength"] for effect in effects(model, tables[-1])}
    total = sum(strengths.values()) or 1.0
    columns = model_columns(model, pd.concat(tables, ignore_index=True))
    categorical = set(model.features.categorical)
    dates = [name for name, feature in model.contract.features.items() if isinstance(feature, Date)]
    clocks = made_of(model.contract, dates)
    return [
        Profile.of(feature, values, strengths.get(feature, 0.0) / total, feature in categorical, feature in clocks)
        for feature, values in columns.items()
    ]


def prediction_profile(scores: np.ndarray) -> Profile:
    """Of the scores of the hold-out."""
    return Profile.of(PREDICTIONS, answered_values(scores), 1.0, categorical=scores.ndim > 1)


def made_of(contract: Contract, columns: Collection[str]) -> set[str]:
    """The model's features that are made of these columns of the contract, directly or through others."""
    names = {*columns}
    for name in columns:
        names.update(parts(name, contract.features[name]))
    for name, rule in contract.derived.items():
        if names.intersection(rule.inputs):
            names.add(name)
    return names
