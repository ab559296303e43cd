"""Every estimator by name, for every task: trained, saved as the same bytes, loaded, and its golden rows reproduced."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from product import artifact
from product.declaration import Product
from product.files import folder_hash
from product.metrics import value
from product.model import ProductModel
from product.outcome import codes
from product.training import fit

ESTIMATORS = ("blend", "catboost", "linear", "hist_gradient_boosting")
TARGETS: dict[str, dict[str, Any]] = {
    "binary": {"task": "binary", "values": ["no", "yes"], "positive": "yes"},
    "multiclass": {"task": "multiclass", "values": ["low", "mid", "high"]},
    "regression": {"task": "regression"},
}
FEATURES: dict[str, dict[str, Any]] = {
    "size": {"type": "number", "nullable": True},
    "count": {"type": "integer"},
    "kind": {"type": "category", "values": ["a", "b", "c"], "nullable": True},
    "flag": {"type": "boolean"},
    "day": {"type": "date", "nullable": True},
    "note": {"type": "text", "words": True, "nullable": True},
}


def table(task: str, rows: int = 400) -> pd.DataFrame:
    """Rows whose target follows from a number, a category and a word, with some noise and some cells missing."""
    rng = np.random.default_rng(0)
    size, kind = rng.normal(size=rows), rng.choice(["a", "b", "c"], rows)
    bad = rng.random(rows) < 0.4
    score = size + 1.5 * (kind == "c") - 2 * bad + rng.normal(0, 0.3, rows)
    cuts = np.quantile(score, [1 / 3, 2 / 3])
    target = {
        "binary": np.where(score > np.median(score), "yes", "no"),
        "multiclass": np.array(["low", "mid", "high"])[np.searchsorted(cuts, score)],
        "regression": score,
    }[task]
    notes = [f"arrived {'broken' if one else 'in time'} today" for one in bad]
    return pd.DataFrame(
        {
            "size": np.where(rng.random(rows) < 0.05, np.nan, size),
            "count": rng.integers(0, 9, rows).astype(float),
            "kind": pd.Series(kind, dtype=object).mask(rng.random(rows) < 0.05, None),
            "flag": rng.choice(["true", "false"], rows),
            "day": [f"2024-{month:02d}-15" for month in rng.integers(1, 13, rows)],
            "note": pd.Series(notes, dtype=object).mask(rng.random(rows) < 0.02, None),
            "y": target,
        }
    )


def product(task: str, estimator: str) -> Product:
    gates = {"metric": "rmse", "ceiling": 9} if task == "regression" else {"floor": 0.5}
    return Product.model_validate(
        {
            "name": "small",
            "title": "Small",
            "description": "For the tests",
            "source": {"path": "small.csv"},
            "target": {"name": "y", **TARGETS[task]},
            "features": FEATURES,
            "model": {"estimator": estimator, "iterations": 40, "learning_rate": 0.2, "depth": 4},
            "gates": gates,
        }
    )


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("task", TARGETS)
def test_it_learns_and_can_be_served(tmp_path: Path, task: str, estimator: str) -> None:
    declared, rows = product(task, estimator), table(task)
    train, validation, holdout = rows[:240], rows[240:320], rows[320:].reset_index(drop=True)
    for name in ("first", "second"):
        fit(declared.contract, declared.model, (train, validation)).model.save(tmp_path / name)
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
    assert ("scikit-learn" in manifest["libraries"]) is (estimator == "hist_gradient_boosting")


def test_an_artifact_of_another_scikit_learn_is_not_served(tmp_path: Path) -> None:
    declared, rows = product("binary", "hist_gradient_boosting"), table("binary")
    fit(declared.contract, declared.model, (rows[:240], rows[240:])).model.save(tmp_path)
    golden: dict[str, list[Any]] = {"rows": [], "predictions": []}
    manifest = {"contract": declared.contract.hash(), "golden": golden, "libraries": {"scikit-learn": "0.1"}}
    with pytest.raises(artifact.ArtifactError, match=f"made with scikit-learn 0.1, here is {version('scikit-learn')}"):
        artifact.verify(ProductModel.load(tmp_path), manifest)
