"""Every estimator by name, for every task: trained twice as the same bytes, loaded, and its golden rows reproduced."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from core.base.errors import UserError
from core.base.files import folder_hash
from core.features.maker import FeatureMaker
from core.metrics.classes import codes
from core.metrics.metrics import value
from core.model.baseline import linear_scores
from core.model.model import ProductModel
from core.model.sklearn_part import Foreign, reference
from core.model.training import fit
from core.registry import artifact
from core.spec.product import Product
from tests.support.small_product import TARGETS, product, table

ESTIMATORS = ("blend", "catboost", "linear")


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("task", TARGETS)
def test_it_learns_and_can_be_served(tmp_path: Path, task: str, estimator: str) -> None:
    declared, rows = product(task, estimator), table(task)
    train, validation, holdout = rows[:240], rows[240:320], rows[320:].reset_index(drop=True)
    fit(declared.contract, declared.model, (train, validation)).model.save(tmp_path / "first")
    if estimator == "blend":  # which holds both other models
        fit(declared.contract, declared.model, (train, validation)).model.save(tmp_path / "second")
        assert folder_hash(tmp_path / "first") == folder_hash(tmp_path / "second")

    holdout.to_csv(tmp_path / "raw.csv", index=False)
    artifact.assemble(declared, tmp_path / "first", {}, holdout, tmp_path / "raw.csv", tmp_path / "artifact")
    model = ProductModel.load(tmp_path / "artifact")
    manifest = json.loads((tmp_path / "artifact" / "manifest.json").read_bytes())
    artifact.verify(model, manifest)
    target, scores = codes(holdout["y"], declared.target), model.scores(holdout)
    quality = value("r2" if task == "regression" else "accuracy", target, scores)
    assert quality > {"binary": 0.8, "multiclass": 0.65, "regression": 0.7}[task]  # size alone gives less
    parts = model.contributions(holdout.head(10))
    np.testing.assert_allclose(parts.sum(axis=-1), model.raw_scores(holdout.head(10)), atol=1e-6)
    assert "scikit-learn" not in manifest["libraries"]


def only_texts(task: str, words: bool, text: str, estimator: str) -> tuple[Product, pd.DataFrame]:
    """A product whose only column is a text, and 40 rows of it."""
    declared = product(task, estimator)
    features: dict[str, Any] = {"note": {"type": "text", "words": words}}
    values = TARGETS[task].get("values", list(range(7)))
    rows = {"note": [text.format(n // 2) for n in range(40)], "y": [values[n % len(values)] for n in range(40)]}
    return Product.model_validate({**declared.model_dump(mode="json"), "features": features}), pd.DataFrame(rows)


@pytest.mark.parametrize("task", TARGETS)
def test_rare_texts_alone_give_the_share_or_the_mean(tmp_path: Path, task: str) -> None:
    declared, rows = only_texts(task, words=False, text="k{}", estimator="linear")
    fit(declared.contract, declared.model, (rows[:30], rows[30:])).model.save(tmp_path)
    model = ProductModel.load(tmp_path)
    first, second = model.parts["linear"].raw({"note": ["k1", "never seen"]})
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(model.contributions(rows).sum(axis=-1), model.raw_scores(rows), atol=1e-6)
    assert len(linear_scores([rows[:30], rows[30:]], rows, declared.contract)) == 40


def test_texts_without_a_word_are_refused_by_a_sentence() -> None:
    declared, rows = only_texts("binary", words=True, text="!?", estimator="blend")
    with pytest.raises(UserError, match="CatBoost cannot learn from these columns: All features are either constant"):
        fit(declared.contract, declared.model, (rows[:30], rows[30:]))


def test_an_artifact_of_another_scikit_learn_is_not_served(tmp_path: Path) -> None:
    declared, rows = product("binary", "blend"), table("binary")
    maker = FeatureMaker(declared.contract)
    numbers = make_column_transformer((SimpleImputer(), ["size", "count"]))
    estimator = make_pipeline(numbers, LogisticRegression()).fit(pd.DataFrame(maker(rows)), rows["y"])
    part = Foreign(estimator, "binary", maker.categorical, reference(maker(rows)))
    ProductModel(declared.contract, {"given": part}, [1.0], [0.0]).save(tmp_path)
    golden: dict[str, list[Any]] = {"rows": [], "predictions": []}
    manifest = {"contract": declared.contract.hash(), "golden": golden, "libraries": {"scikit-learn": "0.1"}}
    with pytest.raises(artifact.ArtifactError, match=f"made with scikit-learn 0.1, here is {version('scikit-learn')}"):
        artifact.verify(ProductModel.load(tmp_path), manifest)
