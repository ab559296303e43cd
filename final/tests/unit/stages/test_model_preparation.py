"""The stage hands the product's split to the training, which must not mix groups or look ahead."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.base.paths import Paths
from core.spec.product import Split
from core.table import typed
from stages import model_preparation
from tests.support.small_product import product, table


class ReachedError(Exception):
    """Training was called."""


def test_the_split_reaches_the_training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    declared = product("binary", "blend").model_copy(update={"split": Split(by="day", group="kind")})
    seen: dict[str, Any] = {}

    def fit(*arguments: Any, **options: Any) -> Any:
        seen.update(options)
        raise ReachedError

    monkeypatch.setattr(model_preparation, "load", lambda name: declared)
    monkeypatch.setattr(model_preparation, "fit", fit)
    (tmp_path / "product.yaml").touch()
    with pytest.raises(ReachedError):
        model_preparation.main(str(tmp_path))
    assert seen["split"] == declared.split


@pytest.mark.parametrize(("scored", "first"), [(40, 3), (10, 33)])
def test_suspicious_labels_are_of_the_rows_that_were_scored(scored: int, first: int, tmp_path: Path) -> None:
    """Scores of all rows belong to train and validation, fewer scores to validation alone."""
    (tmp_path / "product.yaml").touch()
    paths, declared = Paths.of(str(tmp_path)), product("binary", "blend")
    rows = table("binary", 40).assign(size=np.arange(40.0))
    paths.part("train").parent.mkdir(parents=True)
    typed.write(rows[:30], paths.part("train"))
    typed.write(rows[30:], paths.part("validation"))
    positive = str(declared.target.positive)
    is_positive = (rows["y"].astype(str) == positive).to_numpy()[-scored:]
    scores = np.where(is_positive, 0.9, 0.1)
    scores[3] = 1 - scores[3]
    labels = model_preparation._labels(scores, paths, declared)
    assert labels["rows"] == scored
    (suspect,) = labels["listed"]
    assert f"size {first}.0" in suspect["row"]
    assert suspect["label"] == rows["y"].astype(str)[first] != suspect["likely"]


def test_a_regression_has_no_labels_to_doubt(tmp_path: Path) -> None:
    assert model_preparation._labels(np.zeros(3), Paths(tmp_path), product("regression", "linear")) == {}
