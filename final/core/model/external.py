"""A model that was trained elsewhere, in place of our own: read, compared with the contract, and tried.

It must take the columns that `FeatureMaker` makes of a row, by name and in that order; a missing category is "", a
missing number NaN. The gates judge its quality like that of a model trained here.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from catboost import CatBoost, CatBoostError

from core.features.maker import FeatureMaker
from core.metrics.classes import classes
from core.model.catboost_part import Boosted
from core.model.model import ProductModel
from core.model.part import Part
from core.model.sklearn_part import Foreign, ForeignError, load_trusted, reference
from core.spec import model_file
from core.spec.metric_names import Task
from core.spec.model_file import ModelFileError
from core.spec.product import Product

# CatBoost's losses whose raw value is the log-odds, a score for each class of a softmax, or the value itself
LOSSES: dict[Task, tuple[str, ...]] = {
    "binary": ("Logloss",),
    "multiclass": ("MultiClass",),
    "regression": ("RMSE", "MAE", "Quantile", "Huber", "MAPE"),
}
TRIED = 10_000  # rows of the training part that it must be able to answer


def load(product: Product, folder: Path, train: pd.DataFrame) -> ProductModel:
    """The model of product.yaml's model.file. Raises ModelFileError if it does not fit the contract."""
    file = model_file.path(product, folder)
    if file is None:
        raise model_file.refuse(folder, "no file is named")
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
    maker, task = FeatureMaker(product.contract), product.target.task
    booster = CatBoost()
    try:
        booster.load_model(str(file), format="cbm")
    except CatBoostError:
        raise ModelFileError("is not a model that CatBoost saved in its binary format (save_model)") from None
    names = [str(name) for name in booster.feature_names_]
    _same_columns(names, maker)
    if booster.get_text_feature_indices() or booster.get_embedding_feature_indices():
        raise ModelFileError("takes texts or embeddings, which the contract does not provide: train it on categories")
    _same_types({names[number] for number in booster.get_cat_feature_indices()}, maker)
    loss = json.loads(booster.get_metadata()["params"])["loss_function"]["type"]
    if loss not in LOSSES[task]:
        raise ModelFileError(f"was trained for {loss}; task {task} needs {' or '.join(LOSSES[task])}")
    return Boosted(booster, maker.categorical), booster.classes_


def _estimator(file: Path, product: Product, train: pd.DataFrame) -> tuple[Part, Sequence[Any]]:
    maker, task = FeatureMaker(product.contract), product.target.task
    estimator = load_trusted(file)
    method = "predict" if task == "regression" else "predict_proba"
    if not hasattr(estimator, method):
        raise ModelFileError(f"a {type(estimator).__name__} has no {method}, which task {task} needs")
    labels = getattr(estimator, "classes_", [])
    if task == "regression" and len(labels):
        raise ModelFileError(f"is a classifier of {', '.join(map(_text, labels))}; {product.target.name} is a number")
    if (names := getattr(estimator, "feature_names_in_", None)) is None:
        raise ModelFileError("does not know its columns' names: fit it on a DataFrame")
    _same_columns([str(name) for name in names], maker)
    return Foreign(estimator, task, maker.categorical, reference(maker(train))), labels


def _same_columns(names: Sequence[str], maker: FeatureMaker) -> None:
    """Raises ModelFileError unless the model takes the contract's columns in their order."""
    if list(names) == maker.names:
        return
    differences = [f"{name} is not in the contract" for name in names if name not in maker.names]
    differences += [f"{name} is not in the model" for name in maker.names if name not in names]
    if not differences:
        pairs = enumerate(zip(names, maker.names, strict=True), 1)
        differences = [f"column {place} is {name}, not {right}" for place, (name, right) in pairs if name != right]
    raise ModelFileError(
        f"{'; '.join(differences[:3])}. Train it on the contract's columns in their order: {', '.join(maker.names)}"
    )


def _same_types(categorical: set[str], maker: FeatureMaker) -> None:
    """Raises ModelFileError unless the model and the contract have the same categories."""
    for name in maker.names:
        if (name in categorical) == (name in maker.categorical):
            continue
        taken, made = ("category", "number") if name in categorical else ("number", "category")
        raise ModelFileError(
            f"{name}: the model takes a {taken}, the contract makes a {made}; train it with "
            f"cat_features=[{', '.join(map(repr, maker.categorical))}], or declare {name} otherwise"
        )


def _text(label: Any) -> str:
    """A label as a product file writes it: 1 for 1.0, and no numpy type."""
    plain = label.item() if isinstance(label, np.generic) else label
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return str(plain)


def _weight(labels: Sequence[Any], product: Product) -> float:
    """-1 if a model of two classes has the other one as positive, so that its log-odds have the opposite sign."""
    target = product.target
    names = [_text(label) for label in labels]
    declared = [] if target.task == "regression" else classes(target)
    if names == declared:
        return 1.0
    if target.task == "binary" and names == declared[::-1]:
        return -1.0
    if sorted(names) == sorted(declared):
        raise ModelFileError(f"its classes are in another order: write target.values as [{', '.join(names)}]")
    raise ModelFileError(
        f"{target.name}: its classes are {', '.join(names) or 'none'}, the contract's are "
        f"{', '.join(declared) or 'none'}; train it on the values that the table has"
    )


def _try(model: ProductModel, rows: pd.DataFrame) -> None:
    """Raises ModelFileError unless the model answers each row with a finite number."""
    try:
        scores = model.scores(rows)
    except (ValueError, TypeError, AttributeError, CatBoostError) as error:
        remedy = "save a Pipeline that encodes the categories and fills missing values"
        raise ModelFileError(f"cannot answer the training rows: {str(error).splitlines()[0]}; {remedy}") from None
    if not np.isfinite(scores).all():
        raise ModelFileError("answers some of the training rows with a number that is not finite")
