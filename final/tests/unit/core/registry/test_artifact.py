"""The artifact: what its manifest says, and that nothing else than what it says is served."""

import hashlib
import json
import math
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from core.base.files import folder_hash
from core.model.model import ProductModel
from core.model.sklearn_part import Foreign
from core.registry.artifact import ArtifactError, assemble, libraries, records, verify
from core.spec.product import Product
from tests.support.small_products import FEATURES, declared, linear_model

PRODUCT = declared(feature_set="few", feature_sets={"few": ["size", "shape"]}, model={"estimator": "linear", "seed": 7})
FIGURES = {"metrics": {"accuracy": {"value": 0.75, "low": 0.7, "high": 0.8}}}
HOLDOUT = pd.DataFrame(
    {"size": [None, *np.linspace(-3, 3, 29)], "shape": ["round", "square"] * 15, "bought": ["yes", "no"] * 15}
)


def made(folder: Path, product: Product = PRODUCT) -> dict[str, Any]:
    """The manifest of an artifact assembled in folder/artifact."""
    linear_model(product, {"size": [1.3]}, [0.1]).save(folder / "model")
    (folder / "raw.csv").write_text("size,shape,bought\n")
    assemble(product, folder / "model", FIGURES, HOLDOUT, folder / "raw.csv", folder / "artifact")
    manifest: dict[str, Any] = json.loads((folder / "artifact" / "manifest.json").read_bytes())
    return manifest


def test_a_manifest_says_what_the_model_was_made_from(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    golden = manifest.pop("golden")
    model = ProductModel.load(tmp_path / "artifact")
    md5 = hashlib.md5(b"size,shape,bought\n", usedforsecurity=False).hexdigest()
    assert manifest == {
        "product": "shop",
        "contract": PRODUCT.contract.hash(),
        "data": {"md5": md5, "feature_set": "few"},
        "libraries": {"catboost": version("catboost"), "numpy": version("numpy")},
        "seed": 7,
        "holdout": FIGURES,
    }
    assert golden["rows"][:2] == [{"size": None, "shape": "round"}, {"size": -3.0, "shape": "square"}]
    assert len(golden["rows"]) == len(golden["predictions"]) == 20
    assert golden["predictions"] == pytest.approx(model.scores(HOLDOUT.head(20)), rel=1e-8)
    assert all(len(f"{p:.17g}") <= len(f"{p:.9g}") + 9 and p == float(f"{p:.9g}") for p in golden["predictions"])


def test_a_manifest_names_the_columns_that_no_log_may_hold(tmp_path: Path) -> None:
    features = {**FEATURES, "shape": {**FEATURES["shape"], "log": False}}
    assert made(tmp_path, declared(features=features))["unlogged"] == ["shape"]


def test_equal_inputs_give_equal_bytes(tmp_path: Path) -> None:
    made(tmp_path / "a")
    made(tmp_path / "b")
    assert folder_hash(tmp_path / "a" / "artifact") == folder_hash(tmp_path / "b" / "artifact")
    made(tmp_path / "a")  # again into the same folder
    assert folder_hash(tmp_path / "a" / "artifact") == folder_hash(tmp_path / "b" / "artifact")


def test_records_have_null_for_a_missing_value() -> None:
    table = pd.DataFrame({"a": [1.5, math.nan], "b": ["x", None], "c": [1, 2]})
    assert records(table, ["b", "a"]) == [{"b": "x", "a": 1.5}, {"b": None, "a": None}]


def test_a_model_of_scikit_learn_depends_on_its_libraries_too() -> None:
    product = declared()
    own = linear_model(product, {}, [0.0])
    assert libraries(own) == ("catboost", "numpy")
    part = Foreign(LogisticRegression(), "binary", [], pd.DataFrame())
    mixed = ProductModel(product.contract, {**own.parts, "sklearn": part}, [0.5, 0.5], [0.0])
    assert libraries(mixed) == ("catboost", "numpy", "scikit-learn", "skops")


def test_a_whole_artifact_is_verified(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    verify(ProductModel.load(tmp_path / "artifact"), manifest)


def test_another_contract_is_refused(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    other = linear_model(declared(features={"size": {"type": "number"}}), {"size": [1.3]}, [0.1])
    hashes = f"contract is {other.contract.hash()[:12]}, the manifest says {PRODUCT.contract.hash()[:12]}"
    with pytest.raises(ArtifactError, match=f"^{hashes}$"):
        verify(other, manifest)


def test_another_version_of_a_library_is_refused(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    manifest["libraries"]["numpy"] = "1.0"
    with pytest.raises(ArtifactError, match=f"^made with numpy 1.0, here is {version('numpy')}: install that, or "):
        verify(ProductModel.load(tmp_path / "artifact"), manifest)


def test_without_golden_rows_nothing_is_verified(tmp_path: Path) -> None:
    manifest = made(tmp_path)
    manifest["golden"] = {"rows": [], "predictions": []}
    with pytest.raises(ArtifactError, match=r"^the manifest has no golden rows, so nothing can be verified$"):
        verify(ProductModel.load(tmp_path / "artifact"), manifest)


@pytest.mark.parametrize(("off", "passes"), [(0.9e-6, True), (-0.9e-6, True), (1.1e-6, False), (-1.1e-6, False)])
def test_a_probability_may_be_off_by_a_millionth(tmp_path: Path, off: float, passes: bool) -> None:
    manifest = made(tmp_path)
    model = ProductModel.load(tmp_path / "artifact")
    manifest["golden"]["predictions"] = model.scores(HOLDOUT.head(20)).tolist()
    manifest["golden"]["predictions"][19] += off
    check(model, manifest, passes, "a prediction is off by 1.1e-06")


@pytest.mark.parametrize(("off", "passes"), [(0.9e-3, True), (1.1e-3, False)])
def test_a_value_in_a_unit_may_be_off_by_a_millionth_of_itself(tmp_path: Path, off: float, passes: bool) -> None:
    product = declared("regression", target={"name": "price", "task": "regression"})
    model = linear_model(product, {"size": [1.0]}, [1000.0])
    rows = [{"size": 0.0, "shape": "round"}]
    manifest = {
        "contract": product.contract.hash(),
        "libraries": {},
        "golden": {"rows": rows, "predictions": [1000 + off]},
    }
    check(model, manifest, passes, "a prediction is off by 1.1e-06")


def test_off_by_the_tolerance_itself_passes() -> None:
    product = declared("regression")
    golden = {"rows": [{"size": 0.0, "shape": "round"}], "predictions": [1e-6]}
    manifest = {"contract": product.contract.hash(), "libraries": {}, "golden": golden}
    verify(linear_model(product, {"size": [1.0]}, [0.0]), manifest)


@pytest.mark.parametrize("predictions", [[0.5] * 19, [[0.5, 0.5]] * 20, [math.nan] * 20])
def test_predictions_of_another_shape_or_none_are_refused(tmp_path: Path, predictions: list[Any]) -> None:
    manifest = made(tmp_path)
    manifest["golden"]["predictions"] = predictions
    check(ProductModel.load(tmp_path / "artifact"), manifest, False, "a prediction is off by (inf|nan)")


def check(model: ProductModel, manifest: dict[str, Any], passes: bool, reason: str) -> None:
    if passes:
        verify(model, manifest)
        return
    with pytest.raises(ArtifactError, match=f"^golden rows are not reproduced: {reason}$"):
        verify(model, manifest)
