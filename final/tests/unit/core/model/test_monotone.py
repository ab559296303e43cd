"""A declared direction is kept everywhere, where a model without it follows the noise of a few rows."""

import numpy as np
import pandas as pd
import pytest

from core.model.model import ProductModel
from core.model.training import fit
from core.spec.estimator import Model
from tests.support.small_products import declared

BOOSTED = Model(estimator="catboost", iterations=40, learning_rate=0.2)
BLENDED = Model(iterations=40, learning_rate=0.2, strength=1.0)


def trained(task: str, rows: pd.DataFrame, direction: str | None, settings: Model = BOOSTED) -> ProductModel:
    size = {"type": "number", **({"monotone": direction} if direction else {})}
    features = {"size": size, "shape": {"type": "category", "values": ["round", "flat"]}}
    contract = declared(task, features=features).contract
    return fit(contract, settings, (rows[:160], rows[160:])).model


@pytest.mark.parametrize("direction", ["rising", "falling"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_score_keeps_the_direction_at_every_step(task: str, direction: str) -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"size": rng.normal(size=200), "shape": rng.choice(["round", "flat"], 200)})
    signal = (1 if direction == "rising" else -1) * rows["size"] + 2 * rng.normal(size=200)
    target = declared(task).target
    values = signal if task == "regression" else np.where(signal > 0, "yes", "no")
    rows[target.name] = values
    grid = pd.DataFrame({"size": np.linspace(-3, 3, 500), "shape": "round"})
    free, kept = (np.diff(trained(task, rows, way).scores(grid)) for way in (None, direction))
    wrong_way = (free < 0) if direction == "rising" else (free > 0)
    assert wrong_way.any(), "the noise of these rows leads a free model astray"
    sign = 1 if direction == "rising" else -1
    assert (sign * kept >= 0).all()
    assert (sign * kept > 0).any()


def test_a_linear_part_which_keeps_no_direction_has_no_weight() -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"size": rng.normal(size=200), "shape": rng.choice(["round", "flat"], 200)})
    rows["price"] = rows["size"]
    assert list(trained("regression", rows, "rising", BLENDED).parts) == ["catboost"]
    assert "linear" in trained("regression", rows, None, BLENDED).parts
