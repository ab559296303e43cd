"""The model: equal trainings are equal bytes, and its metrics are those counted by hand."""

import numpy as np
import pandas as pd
import pytest
import skops.io

from lab1.inputs import FEATURES
from lab1.model_preparation import train
from lab1.model_testing import evaluate
from tools.skops_bytes import dumps


@pytest.fixture
def rows() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(200, len(FEATURES))), columns=FEATURES)
    return table.assign(anomaly=(table["residual"].abs() > 1).astype(int))


def test_equal_trainings_are_equal_bytes_and_load_as_the_same_model(rows: pd.DataFrame) -> None:
    model = train(rows)
    content = dumps(model)
    assert dumps(train(rows)) == content
    assert dumps(train(rows[1:])) != content
    loaded = skops.io.loads(content, trusted=[])
    assert np.array_equal(loaded.decision_function(rows[FEATURES]), model.decision_function(rows[FEATURES]))


def test_metrics_equal_those_counted_by_hand() -> None:
    """Four anomalous days of ten, of which three are detected, and one false alarm."""
    kinds = ["spike", "spike", "drift", "drift", *["normal"] * 6]
    table = pd.DataFrame({"anomaly": [1] * 4 + [0] * 6, "predicted": [1, 1, 1, 0, 1, 0, 0, 0, 0, 0], "kind": kinds})
    metrics = evaluate(table.assign(city=["a"] * 5 + ["b"] * 5))
    assert metrics["accuracy"] == pytest.approx(0.8)
    assert metrics["balanced_accuracy"] == pytest.approx((3 / 4 + 5 / 6) / 2)
    assert metrics["f1"] == pytest.approx(2 * 3 / (4 + 4))
    assert metrics["majority_accuracy"] == pytest.approx(0.6)
    assert metrics["errors_avoided"] == pytest.approx(0.5)
    assert metrics["false_alarms"] == pytest.approx(1 / 6)
    assert metrics["recall_by_kind"] == {"spike": 1.0, "drift": 0.5}
    assert metrics["accuracy_by_city"] == {"a": 0.6, "b": 1.0}
