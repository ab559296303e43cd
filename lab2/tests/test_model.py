"""The model: chosen in order of time, the same answers everywhere, judged honestly, refused when it knows nothing."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from lab2 import forecast, model_testing
from lab2.model_training import TARGET, classifiers
from tests.lab import Lab, Run, refused


def read(ran: Run | Lab, name: str) -> pd.DataFrame:
    lab = ran.lab if isinstance(ran, Run) else ran
    return pd.read_csv(lab.path / name, index_col="date", parse_dates=["date"])


def about(ran: Run) -> dict[str, Any]:
    return dict(json.loads((ran.lab.path / "model/model.json").read_text()))


def put_candidate(lab: Lab, content: bytes) -> None:
    """Put a model in the place of stage 3's, described as stage 3 would describe it."""
    folder = lab.path / "model/candidate"
    described = json.loads((folder / "model.json").read_text())
    (folder / "model.skops").write_bytes(content)
    (folder / "model.json").write_text(json.dumps(described | {"sha256": hashlib.sha256(content).hexdigest()}))


def test_best_of_the_cross_validation_is_kept(ran: Run) -> None:
    described = about(ran)
    scores = described["cross_validation"]
    assert set(scores) == set(classifiers(0))
    assert described["classifier"] == min(scores, key=lambda name: scores[name]["brier"])
    assert described["trained_on"]["last"] == "2014-12-31"
    assert described["window_days"] == 7
    assert described["columns"] == ["precipitation", "temp_max", "temp_min", "wind"]
    assert described["test"] == json.loads((ran.lab.path / "reports/metrics.json").read_text())


def test_accepted_model_is_the_candidate(ran: Run) -> None:
    folder = ran.lab.path / "model"
    assert (folder / "model.skops").read_bytes() == (folder / "candidate/model.skops").read_bytes()


def test_library_new_process_and_service_row_agree(ran: Run, tmp_path: Path) -> None:
    """From raw days, from the saved windows and from the saved features: the same chance for every test day."""
    model, described = forecast.load(ran.lab.path / "model")
    weather, windows = read(ran, "data/weather.csv"), read(ran, "data/windows/test.csv")
    chances = model.predict_proba(windows.drop(columns=TARGET))[:, 1]
    features = read(ran, "data/features/test.csv").drop(columns=TARGET)
    np.testing.assert_allclose(model.named_steps["classifier"].predict_proba(features.to_numpy())[:, 1], chances)
    rows = pd.concat([forecast.input_row(weather[:day], described) for day in windows.index])
    np.testing.assert_allclose(model.predict_proba(rows)[:, 1], chances, rtol=1e-9)
    np.testing.assert_allclose(read(ran, "reports/predictions.csv")["chance"], chances, rtol=1e-9)
    weather[: windows.index[99]].tail(7).to_csv(tmp_path / "week.csv")
    done = ran.lab.run("forecast.py", "--weather", tmp_path / "week.csv")
    assert done.stdout == f"2015-04-11: chance of rain {chances[99]:.3f}\n"


def test_forecast_refuses_days_it_cannot_use(ran: Run, tmp_path: Path) -> None:
    weather, path = read(ran, "data/weather.csv"), tmp_path / "days.csv"
    hole, text = weather.drop(weather.index[-3]), weather.astype(str).replace("5.6", "warm")
    for days, word in [
        (hole, "7 days up to 2015-12-31"),
        (weather.tail(6), "7 days"),
        (weather.drop(columns="wind"), "wind"),
        (text, "warm"),
        (weather.head(0), "days.csv"),
    ]:
        days.to_csv(path)
        refused(ran.lab.run_here("forecast.py", "--weather", path), "days.csv", word)
    refused(ran.lab.run_here("forecast.py", "--model", tmp_path), "No such file")


def test_metrics_equal_those_computed_independently(ran: Run) -> None:
    rows, windows = read(ran, "reports/predictions.csv"), read(ran, "data/windows/test.csv")
    metrics = json.loads((ran.lab.path / "reports/metrics.json").read_text())
    truth, chance = rows[TARGET], rows["chance"]
    called, today = (chance > 0.5).astype(int), (windows["precipitation_0"] > 0).astype(int)
    found, kept = (called[truth == 1] == 1).mean(), (called[truth == 0] == 0).mean()
    rain, dry = chance[truth == 1].to_numpy()[:, None], chance[truth == 0].to_numpy()[None, :]
    expected = {
        "accuracy": (called == truth).mean(),
        "balanced_accuracy": (found + kept) / 2,
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
    assert metrics["accuracy"]["value"] > max(answer["accuracy"] for answer in answers.values())


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
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


@pytest.mark.parametrize("strategy", ["prior", "stratified"])
def test_model_that_knows_nothing_is_refused_and_the_accepted_one_stays(lab: Lab, strategy: str) -> None:
    accepted = {path: path.read_bytes() for path in (lab.path / "model").glob("model.*")}
    windows = read(lab, "data/windows/train.csv")
    nothing = DummyClassifier(strategy=strategy, random_state=0)
    put_candidate(
        lab, skops.io.dumps(Pipeline([("nothing", nothing)]).fit(windows.drop(columns=TARGET), windows[TARGET]))
    )
    done = lab.run_here("model_testing.py")
    assert done.returncode == model_testing.NOT_BETTER
    assert done.stdout == ""
    assert "REFUSED" in done.stderr
    assert '"tomorrow is as today" is NOT beaten' in done.stderr
    assert {path: path.read_bytes() for path in (lab.path / "model").glob("model.*")} == accepted
    assert json.loads((lab.path / "reports/metrics.json").read_text())["accepted"] is False


def answers(ran: Run, chance: "np.ndarray | pd.Series[float]") -> dict[str, Any]:
    rows, before = read(ran, "data/windows/test.csv"), read(ran, "data/windows/train.csv")
    return model_testing.evaluate(rows, np.asarray(chance), before, 0)


def test_tomorrow_is_as_today_does_not_beat_itself(ran: Run) -> None:
    rows = read(ran, "data/windows/test.csv")
    metrics = answers(ran, np.where(rows["precipitation_0"] > 0, 0.7, 0.3))
    assert not metrics["accepted"]
    assert metrics["without_a_model"]["it never rains"]["beaten"]
    assert not metrics["without_a_model"]["tomorrow is as today"]["beaten"]


def test_right_on_more_days_but_with_senseless_chances_is_not_enough(ran: Run) -> None:
    """The answers of the model, said with full certainty: the accuracy is the same, the chances are worth less."""
    chance = read(ran, "reports/predictions.csv")["chance"]
    assert answers(ran, chance)["accepted"]
    certain = answers(ran, (chance > 0.5).astype(float))
    assert certain["accuracy"] == answers(ran, chance)["accuracy"]
    assert not certain["accepted"]


def test_good_chances_but_right_on_fewer_days_is_not_enough(ran: Run) -> None:
    """Sure of itself where today's weather is right about tomorrow, and on the wrong side of one half elsewhere."""
    rows = read(ran, "data/windows/test.csv")
    truth, today = rows[TARGET].to_numpy(), (rows["precipitation_0"] > 0).to_numpy()
    chance = np.where(truth == 1, 0.49, 0.51)
    sure = np.flatnonzero(today == truth)[10:]  # on ten days fewer than "tomorrow is as today"
    chance[sure] = truth[sure]
    as_today = answers(ran, chance)["without_a_model"]["tomorrow is as today"]
    assert as_today["brier_difference"]["high"] < 0
    assert not as_today["beaten"]


def test_every_classifier_can_be_saved_and_is_trusted_on_loading() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    for name, classifier in classifiers(0).items():
        content = skops.io.dumps(classifier.fit(x, x[:, 0] > 0))
        assert set(skops.io.get_untrusted_types(data=content)) <= set(model_testing.TRUSTED), name
    assert forecast.TRUSTED == model_testing.TRUSTED


def test_model_with_a_type_that_nobody_reviewed_is_not_loaded(lab: Lab) -> None:
    put_candidate(lab, skops.io.dumps(Pipeline([("features", FunctionTransformer(func=os.getcwd))])))
    refused(lab.run_here("model_testing.py"), "model.skops", "getcwd", "run model_training.py again")


@pytest.mark.parametrize("file", ["model.skops", "model.json"])
def test_candidate_that_was_changed_or_is_gone_is_refused(lab: Lab, file: str) -> None:
    before, path = lab.outputs("reports"), lab.path / "model/candidate" / file
    content = path.read_bytes()
    for broken in (content[: len(content) // 2], b"", b"[]"):
        path.write_bytes(broken)
        refused(lab.run_here("model_testing.py"), "model.skops", "not the file that model.json", "again")
    path.unlink()
    refused(lab.run_here("model_testing.py"), file, "run model_training.py first")
    assert lab.outputs("reports") == before


def test_test_days_that_the_model_was_trained_on_are_refused(lab: Lab) -> None:
    windows = lab.path / "data/windows"
    shutil.copy(windows / "train.csv", windows / "test.csv")
    refused(lab.run_here("model_testing.py"), "test.csv", "2012-01-07 is no test day", "2014-12-31")


@pytest.mark.parametrize(
    ("file", "old", "new", "word"),
    [
        ("data/features/train.csv", "2013-01-01,", "2013-01-01,1", "not what"),
        ("data/windows/train.csv", "2013-01-01,", "2013-01-01,wet", "wet"),
        ("data/features/train.csv", "rain_tomorrow", "snow", "rain_tomorrow"),
        ("model/features.skops", None, None, "features.skops"),
    ],
)
def test_training_refuses_what_does_not_belong_together(
    lab: Lab, file: str, old: str | None, new: str | None, word: str
) -> None:
    before, path = lab.outputs("model/candidate"), lab.path / file
    path.write_bytes(path.read_bytes().replace(old.encode(), str(new).encode()) if old else b"not a zip")
    refused(lab.run_here("model_training.py"), path.name, word, "run data_preparation.py again")
    path.unlink()
    refused(lab.run_here("model_training.py"), path.name, "run data_preparation.py first")
    assert lab.outputs("model/candidate") == before
