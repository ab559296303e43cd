"""A given model that does not fit the contract is refused, with reason and remedy; one that does answers as it did."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from catboost import CatBoost, CatBoostClassifier, CatBoostRegressor, Pool
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
from sklearn.svm import LinearSVC

from core.model import external
from core.spec.model_file import ModelFileError
from core.spec.product import Product

RNG = np.random.default_rng(0)
ROWS = pd.DataFrame({"size": RNG.random(60), "kind": RNG.choice(["a", "b"], 60)})
TWO = np.where(ROWS["size"] > 0.5, "yes", "no")
THREE = np.where(ROWS["size"] > 0.7, "high", np.where(ROWS["size"] > 0.3, "mid", "low"))
TARGETS: dict[str, dict[str, Any]] = {
    "binary": {"task": "binary", "values": ["no", "yes"], "positive": "yes"},
    "multiclass": {"task": "multiclass", "values": ["low", "mid", "high"]},
    "regression": {"task": "regression"},
}


def product(task: str, file: str, **target: Any) -> Product:
    tree: dict[str, Any] = {
        "name": "small",
        "title": "Small",
        "description": "For the tests",
        "source": {"path": "small.csv"},
        "target": {"name": "y", **TARGETS[task], **target},
        "features": {"size": {"type": "number"}, "kind": {"type": "category", "values": ["a", "b"]}},
        "model": {"file": file},
        "gates": {"metric": "rmse", "ceiling": 1} if task == "regression" else {"floor": 0.5},
    }
    return Product.model_validate(tree)


def cbm(
    path: Path, target: Any, rows: pd.DataFrame = ROWS, categorical: tuple[str, ...] = ("kind",), **more: Any
) -> Any:
    kind = CatBoostRegressor if np.asarray(target).dtype.kind == "f" else CatBoostClassifier
    model = kind(iterations=5, verbose=False, allow_writing_files=False, **more)
    model.fit(Pool(rows, target, cat_features=list(categorical)))
    model.save_model(str(path / "m.cbm"))
    return model


def estimator(path: Path, model: Any, target: Any, rows: pd.DataFrame = ROWS) -> Any:
    encoder = make_column_transformer((OneHotEncoder(), ["kind"]), remainder="passthrough")
    fitted = make_pipeline(encoder, model).fit(rows, target)
    skops.io.dump(fitted, path / "m.skops")
    return fitted


def numbered() -> pd.DataFrame:
    return ROWS.assign(kind=(ROWS["kind"] == "a").astype(float))


REFUSED: dict[str, tuple[str, Any, str]] = {
    "columns in another order": (
        "binary",
        lambda path: cbm(path, TWO, ROWS[["kind", "size"]]),
        "m.cbm: column 1 is kind, not size; column 2 is size, not kind. Train it on the contract's columns",
    ),
    "other columns": (
        "binary",
        lambda path: cbm(path, TWO, ROWS[["kind"]].assign(Boat=1)),
        "m.cbm: Boat is not in the contract; size is not in the model. Train it on ",
    ),
    "a category taken for a number": (
        "binary",
        lambda path: cbm(path, TWO, numbered(), categorical=()),
        "m.cbm: kind: the model takes a number, the contract makes a category; train it with cat_features=['kind']",
    ),
    "another task": (
        "binary",
        lambda path: cbm(path, ROWS["size"].to_numpy()),
        "m.cbm: was trained for RMSE; task binary needs Logloss",
    ),
    "a value that is a logarithm": (
        "regression",
        lambda path: cbm(path, ROWS["size"].to_numpy(), loss_function="Poisson"),
        "m.cbm: was trained for Poisson; task regression needs RMSE or MAE",
    ),
    "other classes": (
        "binary",
        lambda path: cbm(path, np.where(TWO == "yes", 1, 0)),
        "m.cbm: y: its classes are 0, 1, the contract's are no, yes; train it on the values that the table has",
    ),
    "classes in another order": (
        "multiclass",
        lambda path: estimator(path, LogisticRegression(), THREE),
        "m.skops: its classes are in another order: write target.values as [high, low, mid]",
    ),
    "no model at all": (
        "binary",
        lambda path: (path / "m.cbm").write_bytes(b"\x80\x04\x95\x00"),
        "m.cbm: is not a model that CatBoost saved",
    ),
    "a pickle by another name": (
        "binary",
        lambda path: (path / "m.skops").write_bytes(b"\x80\x04\x95\x00"),
        "m.skops: not a model that skops saved",
    ),
    "a type that can run anything": (
        "binary",
        lambda path: skops.io.dump(FunctionTransformer(os.system), path / "m.skops"),
        "m.skops: holds posix.system, which is not trusted",
    ),
    "no probabilities": (
        "binary",
        lambda path: estimator(path, LinearSVC(), TWO),
        "m.skops: a Pipeline has no predict_proba, which task binary needs",
    ),
    "a classifier for a number": (
        "regression",
        lambda path: estimator(path, LogisticRegression(), TWO),
        "m.skops: is a classifier of no, yes; y is a number",
    ),
    "columns without names": (
        "regression",
        lambda path: skops.io.dump(LinearRegression().fit(numbered().to_numpy(), ROWS["size"]), path / "m.skops"),
        "m.skops: does not know its columns' names: fit it on a DataFrame",
    ),
    "categories not encoded": (
        "regression",
        lambda path: skops.io.dump(LinearRegression().fit(numbered(), ROWS["size"]), path / "m.skops"),
        "m.skops: cannot answer the training rows: could not convert string to float: '",
    ),
    "never fitted": (
        "binary",
        lambda path: skops.io.dump(LogisticRegression(), path / "m.skops"),
        "m.skops: does not know its columns' names: fit it on a DataFrame",
    ),
    "a file that is not there": ("binary", lambda path: None, "m.cbm is not a file"),
    "a file of no known kind": ("binary", lambda path: (path / "m.onnx").touch(), "m.onnx is of an unknown kind: save"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_by_name(tmp_path: Path, name: str) -> None:
    task, make, message = REFUSED[name]
    make(tmp_path)
    file = next((path.name for path in tmp_path.iterdir()), "m.cbm")
    with pytest.raises(ModelFileError) as refused:
        external.load(product(task, file), tmp_path, ROWS)
    assert str(refused.value).startswith(f"{tmp_path / 'product.yaml'}: model.file: {tmp_path}/{message}")


@pytest.mark.parametrize("positive", ["yes", "no"])
@pytest.mark.parametrize("make", [cbm, lambda path, target: estimator(path, LogisticRegression(), target)])
def test_whichever_class_is_positive_its_probability_is_the_models(tmp_path: Path, make: Any, positive: str) -> None:
    model = make(tmp_path, TWO)
    (file,) = (path.name for path in tmp_path.iterdir())
    scores = external.load(product("binary", file, positive=positive), tmp_path, ROWS).scores(ROWS)
    np.testing.assert_allclose(scores, model.predict_proba(ROWS)[:, list(model.classes_).index(positive)], atol=1e-9)


def test_several_classes_and_numbers_are_answered_as_by_the_file(tmp_path: Path) -> None:
    several = cbm(tmp_path, THREE)
    found = external.load(product("multiclass", "m.cbm", values=["high", "low", "mid"]), tmp_path, ROWS).scores(ROWS)
    np.testing.assert_allclose(found, several.predict_proba(ROWS), atol=1e-9)
    number = estimator(tmp_path, LinearRegression(), 3 * ROWS["size"] + (ROWS["kind"] == "a"))
    model = external.load(product("regression", "m.skops"), tmp_path, ROWS)
    np.testing.assert_allclose(model.scores(ROWS), number.predict(ROWS), atol=1e-9)
    np.testing.assert_allclose(model.contributions(ROWS).sum(axis=-1), model.scores(ROWS), atol=1e-9)


def test_catboost_without_a_named_loss_is_known_by_its_default(tmp_path: Path) -> None:
    model = CatBoost({"iterations": 3, "verbose": False, "allow_writing_files": False})
    model.fit(Pool(ROWS, ROWS["size"], cat_features=["kind"]))
    model.save_model(str(tmp_path / "m.cbm"))
    found = external.load(product("regression", "m.cbm"), tmp_path, ROWS).scores(ROWS)
    np.testing.assert_allclose(found, model.predict(ROWS), atol=1e-9)


class Touching:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")


def test_a_pickle_is_refused_and_not_read(tmp_path: Path) -> None:
    trace = tmp_path / "it ran"
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(Touching(str(trace))))
    with pytest.raises(ModelFileError, match=r"m\.pkl is a pickle, which runs "):
        external.load(product("binary", "m.pkl"), tmp_path, ROWS)
    assert not trace.exists()
