"""The model: equal trainings are equal bytes, the bars are honest, the intervals cover what they promise."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from lab2 import model_testing
from lab2.data_preparation import features_of, split
from lab2.inputs import TARGET, InputError
from lab2.model_training import classifiers
from tools.skops_bytes import dumps


@pytest.fixture(scope="module")
def parts(windows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return split(windows, 0.25)


@pytest.fixture(scope="module")
def chance(parts: tuple[pd.DataFrame, pd.DataFrame]) -> np.ndarray:
    """The chances of a model of two features, which beats both answers."""
    train, test = parts
    features = features_of(["wet_mean_7", "log_rain_0", "temp_min_0", "temp_min_mean_7", "temp_range_0", "season_cos"])
    model = classifiers(0)["logistic regression, C=0.3"].fit(features.transform(train), train[TARGET])
    return np.asarray(model.predict_proba(features.transform(test))[:, 1])


def evaluate(parts: tuple[pd.DataFrame, pd.DataFrame], chance: np.ndarray) -> dict[str, Any]:
    return model_testing.evaluate(parts[1], chance, parts[0], 0)


def few_trees(name: str, seed: int) -> Any:
    """The classifier, with a tenth of the trees if it has any."""
    classifier = classifiers(seed)[name]
    trees = {"n_estimators": 10, "max_iter": 6}
    return classifier.set_params(**{key: trees[key] for key in trees.keys() & classifier.get_params().keys()})


@pytest.mark.parametrize("name", classifiers(0))
def test_equal_trainings_are_equal_bytes_and_are_trusted_on_loading(name: str) -> None:
    x = np.random.default_rng(0).normal(size=(200, 3))
    with threadpool_limits(1):
        model, again, other = (few_trees(name, seed).fit(x[seed:], x[seed:, 0] > 0) for seed in (0, 0, 1))
    content = dumps(model)
    assert dumps(again) == content
    assert dumps(other) != content
    loaded = skops.io.loads(content, trusted=model_testing.TRUSTED)
    np.testing.assert_array_equal(loaded.predict_proba(x), model.predict_proba(x))


def test_model_that_is_gone_broken_or_of_a_type_nobody_reviewed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    with pytest.raises(InputError, match=r"no such file; run model_training\.py first"):
        model_testing.read_model(tmp_path)
    (tmp_path / "model.json").write_text("{}")
    path.write_bytes(b"not a zip")
    with pytest.raises(InputError, match=r"not a model that can be loaded .* run model_training\.py again"):
        model_testing.read_model(tmp_path)
    path.write_bytes(dumps(FunctionTransformer(func=os.getcwd)))
    with pytest.raises(InputError, match="getcwd"):
        model_testing.read_model(tmp_path)
    path.write_bytes(dumps(FunctionTransformer()))
    (tmp_path / "model.json").write_text("not JSON")
    with pytest.raises(InputError, match=r"not a model that can be loaded .* run model_training\.py again"):
        model_testing.read_model(tmp_path)


def test_metrics_equal_those_computed_independently(
    parts: tuple[pd.DataFrame, pd.DataFrame], chance: np.ndarray
) -> None:
    metrics, rows = evaluate(parts, chance), parts[1]
    truth = rows[TARGET].to_numpy()
    called, today = chance > 0.5, rows["precipitation_0"].to_numpy() > 0
    rain, dry = chance[truth == 1][:, None], chance[truth == 0][None, :]
    expected = {
        "accuracy": (called == truth).mean(),
        "balanced_accuracy": (called[truth == 1].mean() + (~called)[truth == 0].mean()) / 2,
        "roc_auc": ((rain > dry) + 0.5 * (rain == dry)).mean(),
        "brier": ((chance - truth) ** 2).mean(),
    }
    for name, value in expected.items():
        assert metrics[name]["value"] == pytest.approx(value)
        assert metrics[name]["low"] < value < metrics[name]["high"]
        assert metrics[name]["high"] - metrics[name]["low"] < 0.2
    answers = metrics["without_a_model"]
    assert answers["it never rains"]["accuracy"] == pytest.approx(1 - truth.mean())
    assert answers["tomorrow is as today"]["accuracy"] == pytest.approx((today == truth).mean())
    json.dumps(metrics)


def test_intervals_cover_the_truth_as_often_as_they_promise() -> None:
    """The mean of an autocorrelated series: single days in the bootstrap would give far too narrow intervals."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(100):
        shocks, series = rng.normal(size=400), np.zeros(400)
        for day in range(1, 400):
            series[day] = 0.6 * series[day - 1] + shocks[day]
        means = series[model_testing.resamples(400, rng)].mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        covered += low < 0 < high
    assert 85 <= covered <= 99


def test_tomorrow_is_as_today_does_not_beat_itself(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    metrics = evaluate(parts, np.where(parts[1]["precipitation_0"] > 0, 0.7, 0.3))
    assert not metrics["accepted"]
    assert metrics["without_a_model"]["it never rains"]["beaten"]
    assert not metrics["without_a_model"]["tomorrow is as today"]["beaten"]


def test_right_on_more_days_but_with_senseless_chances_is_not_enough(
    parts: tuple[pd.DataFrame, pd.DataFrame], chance: np.ndarray
) -> None:
    """The answers of the model, given with full certainty: the accuracy is the same, the chances are worth less."""
    metrics, certain = evaluate(parts, chance), evaluate(parts, (chance > 0.5).astype(float))
    assert metrics["accepted"]
    assert certain["accuracy"] == metrics["accuracy"]
    assert not certain["accepted"]


def test_good_chances_but_right_on_fewer_days_is_not_enough(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Sure of itself if today's weather is right about tomorrow, and on the wrong side of one half otherwise."""
    truth, today = parts[1][TARGET].to_numpy(), (parts[1]["precipitation_0"] > 0).to_numpy()
    chance = np.where(truth == 1, 0.49, 0.51)
    sure = np.flatnonzero(today == truth)[10:]  # on ten days fewer than "tomorrow is as today"
    chance[sure] = truth[sure]
    as_today = evaluate(parts, chance)["without_a_model"]["tomorrow is as today"]
    assert as_today["brier_difference"]["high"] < 0
    assert not as_today["beaten"]
