"""A model that was trained elsewhere in the place of our own: read, compared with the contract, and tried.

What it must know is what `FeatureMaker` makes of a row: these columns, by these names, in this order; a missing
category is "", a missing number NaN. How good it is, the gates say, the same as of a model trained here.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from catboost import CatBoost, CatBoostError

from product import model_file
from product.boosting import Boosted
from product.declaration import Product
from product.features import FeatureMaker
from product.foreign import Foreign, ForeignError, load_trusted, reference
from product.metric_names import Task
from product.model import Part, ProductModel
from product.model_file import ModelFileError
from product.outcome import classes

# what CatBoost made small where its raw value is the log-odds, one score a class for a softmax, or the value itself
LOSSES: dict[Task, tuple[str, ...]] = {
    "binary": ("Logloss",),
    "multiclass": ("MultiClass",),
    "regression": ("RMSE", "MAE", "Quantile", "Huber", "MAPE"),
}
TRIED = 10_000  # rows of the training part that it must be able to answer


def load(product: Product, folder: Path, train: pd.DataFrame) -> ProductModel:
    """The model of product.yaml's model.file. Raises ModelFileError where it is not one of this contract."""
    file = model_file.path(product, folder)
    if file is None:
        raise model_file.refuse(folder, "none is named")
    try:
        kind = _boosted if file.suffix == ".cbm" else _estimator
        part, labels = kind(file, product, train.head(TRIED))
        weight = _weight(labels, product)
        offsets = [0.0] * (len(product.target.values) if product.target.task == "multiclass" else 1)
        name = "catboost" if file.suffix == ".cbm" else "given"
        model = ProductModel(product.contract, {name: part}, [weight], offsets)
        _try(model, train.head(TRIED))
    except ForeignError as error:
        raise model_file.refuse(folder, str(error)) from None
    except ModelFileError as error:
        raise model_file.refuse(folder, f"{file}: {error}") from None
    return model


def _boosted(file: Path, product: Product, train: pd.DataFrame) -> tuple[Part, Sequence[Any]]:
    maker, task, booster = FeatureMaker(product.contract), product.target.task, CatBoost()
    try:
        booster.load_model(str(file), format="cbm")
    except CatBoostError:
        raise ModelFileError("is no model that CatBoost saved in its binary form; save_model('NAME.cbm')") from None
    names = [str(name) for name in booster.feature_names_]
    _same_columns(names, maker)
    if booster.get_text_feature_indices() or booster.get_embedding_feature_indices():
        raise ModelFileError("takes texts or embeddings, which the contract does not make: train it on categories")
    found = {names[number] for number in booster.get_cat_feature_indices()}
    if odd := next((name for name in names if (name in found) != (name in maker.categorical)), None):
        kinds = ("number", "category") if odd in maker.categorical else ("category", "number")
        raise ModelFileError(
            f"{odd}: the model takes a {kinds[0]}, the contract makes a {kinds[1]}; train it with "
            f"cat_features=[{', '.join(map(repr, maker.categorical))}], or declare {odd} otherwise"
        )
    loss = json.loads(booster.get_metadata()["params"])["loss_function"]["type"]
    if loss not in LOSSES[task]:
        raise ModelFileError(f"was trained for {loss}; task {task} wants {' or '.join(LOSSES[task])}")
    return Boosted(booster, maker.categorical), booster.classes_


def _estimator(file: Path, product: Product, train: pd.DataFrame) -> tuple[Part, Sequence[Any]]:
    maker, task = FeatureMaker(product.contract), product.target.task
    estimator = load_trusted(file)
    method = "predict" if task == "regression" else "predict_proba"
    if not hasattr(estimator, method):
        raise ModelFileError(f"a {type(estimator).__name__} has no {method}, which task {task} wants")
    labels = getattr(estimator, "classes_", [])
    if task == "regression" and len(labels):
        raise ModelFileError(f"is a classifier of {', '.join(map(_text, labels))}; {product.target.name} is a number")
    if (names := getattr(estimator, "feature_names_in_", None)) is None:
        raise ModelFileError("does not know its columns' names: fit it on a DataFrame")
    _same_columns([str(name) for name in names], maker)
    return Foreign(estimator, task, maker.categorical, reference(maker(train))), labels


def _same_columns(found: Sequence[str], maker: FeatureMaker) -> None:
    if list(found) == maker.names:
        return
    said = [f"{name} is not in the contract" for name in found if name not in maker.names]
    said += [f"{name} is not in the model" for name in maker.names if name not in found]
    said = said or [
        f"column {n} is {a}, wanted {b}" for n, (a, b) in enumerate(zip(found, maker.names, strict=True), 1) if a != b
    ]
    raise ModelFileError(
        f"{'; '.join(said[:3])}. Train it on the contract's columns in their order: {', '.join(maker.names)}"
    )


def _text(label: Any) -> str:
    """A label as a product file writes it: 1 for 1.0, whatever numpy made of it."""
    plain = label.item() if isinstance(label, np.generic) else label
    return str(int(plain)) if isinstance(plain, float) and plain.is_integer() else str(plain)


def _weight(labels: Sequence[Any], product: Product) -> float:
    """-1 where a model of two classes holds the other one for the positive, since then its log-odds are negative."""
    target, found = product.target, [_text(label) for label in labels]
    wanted = [] if target.task == "regression" else classes(target)
    if found == wanted:
        return 1.0
    if target.task == "binary" and found == wanted[::-1]:
        return -1.0
    if sorted(found) == sorted(wanted):
        raise ModelFileError(f"its classes stand in another order: write target.values as [{', '.join(found)}]")
    of = [", ".join(names) or "none" for names in (found, wanted)]
    raise ModelFileError(
        f"{target.name}: its classes are {of[0]}, the contract's are {of[1]}; train it on the values that the table has"
    )


def _try(model: ProductModel, rows: pd.DataFrame) -> None:
    """It answers the rows of the training part, each with a finite number."""
    try:
        scores = model.scores(rows)
    except (ValueError, TypeError, AttributeError, CatBoostError) as error:
        remedy = "save a Pipeline that encodes the categories and fills what is missing"
        raise ModelFileError(f"can't answer the training rows: {str(error).splitlines()[0]}; {remedy}") from None
    if not np.isfinite(scores).all():
        raise ModelFileError("answers some of the training rows with no finite number")
