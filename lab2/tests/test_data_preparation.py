"""Features know nothing of tomorrow, are what their names say, and are chosen without a look at the test part."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lab2.data_preparation import TARGET, candidate_features, features_of, make_windows, split
from tests.lab import Lab, Run, refused


@pytest.fixture(scope="module")
def weather(snapshot: pd.DataFrame) -> pd.DataFrame:
    return snapshot.set_index("date")[["precipitation", "temp_max", "temp_min", "wind"]]


def all_features(weather: pd.DataFrame) -> pd.DataFrame:
    windows = make_windows(weather).drop(columns=TARGET)
    weights = candidate_features()
    return pd.DataFrame(features_of(weights).transform(windows), windows.index, list(weights))


def read(ran: Run, name: str) -> pd.DataFrame:
    return pd.read_csv(ran.lab.path / "data" / name, index_col="date", parse_dates=["date"])


def replace_weather(lab: Lab, weather: pd.DataFrame) -> None:
    content = weather.to_csv(lineterminator="\n").encode()
    (lab.path / "data/weather.csv").write_bytes(content)
    about = {"sha256": hashlib.sha256(content).hexdigest()}
    (lab.path / "data/source.json").write_text(json.dumps(about))


def test_another_future_leaves_the_features_of_today_as_they_are(weather: pd.DataFrame) -> None:
    today = pd.Timestamp("2014-03-09")
    other = weather.copy()
    other.loc[today + pd.Timedelta(days=1) :] = [300.0, 55.0, -55.0, 40.0]
    pd.testing.assert_frame_equal(all_features(weather)[:today], all_features(other)[:today])
    pd.testing.assert_frame_equal(
        make_windows(weather).drop(columns=TARGET)[:today], make_windows(other).drop(columns=TARGET)[:today]
    )
    changed = all_features(weather)[today:].iloc[1] != all_features(other)[today:].iloc[1]
    assert changed[["log_rain_0", "temp_max_0", "temp_min_mean_7", "wind_change"]].all()


def test_features_are_what_their_names_say(weather: pd.DataFrame) -> None:
    made = all_features(weather)
    angle = 2 * np.pi * weather.index.to_series().dt.day_of_year / 365.25
    basic = {
        "wet": (weather["precipitation"] > 0).astype(float),
        "log_rain": np.log1p(weather["precipitation"]),
        "temp_max": weather["temp_max"],
        "temp_min": weather["temp_min"],
        "wind": weather["wind"],
    }
    expected = {"season_sin": np.sin(angle), "season_cos": np.cos(angle)}
    expected["temp_range_0"] = weather["temp_max"] - weather["temp_min"]
    for name, series in basic.items():
        expected |= {f"{name}_{ago}": series.shift(ago) for ago in range(3)}
        expected |= {f"{name}_mean_{days}": series.rolling(days).mean() for days in (3, 7)}
        expected |= {f"{name}_change": series.diff()}
    table = pd.DataFrame(expected).loc[made.index, made.columns]
    np.testing.assert_allclose(made, table, atol=1e-9)


def test_target_is_the_rain_of_the_next_day(weather: pd.DataFrame) -> None:
    target, rain = make_windows(weather)[TARGET], weather["precipitation"]
    expected = (rain.shift(-1) > 0).astype(float)[target.index]
    pd.testing.assert_series_equal(target.iloc[:-1], expected.iloc[:-1], check_names=False, check_freq=False)
    assert np.isnan(target.iloc[-1])


def test_no_window_and_no_target_spans_a_missing_day(weather: pd.DataFrame) -> None:
    missing = pd.Timestamp("2013-05-10")
    rows = make_windows(weather.drop(missing))
    hidden = pd.date_range(missing, periods=7)
    assert not rows.index.isin(hidden).any()
    assert rows[TARGET].isna()[missing - pd.Timedelta(days=1)]
    assert set(make_windows(weather).index) - set(rows.index) == set(hidden)


def test_train_is_before_test_and_shares_no_target_with_it(ran: Run) -> None:
    one_day = pd.Timedelta(days=1)
    for folder in ("windows", "features"):
        train, test = read(ran, f"{folder}/train.csv"), read(ran, f"{folder}/test.csv")
        assert train.index.is_monotonic_increasing
        assert train.index.max() + one_day <= test.index.min()
        assert len(train) + len(test) == 1461 - 6 - 1
        assert not (set(train.index) & set(test.index))


def test_saved_features_are_the_chosen_ones(ran: Run) -> None:
    report = json.loads((ran.lab.path / "reports/features.json").read_text())
    scores = pd.DataFrame(report["scores"]).set_index("feature")
    assert set(scores.index) == set(candidate_features())
    better = (scores["mutual_information"] > report["chance"]) & (scores["permutation_importance"] > 0)
    assert (scores["chosen"] == better).all()
    assert 0 < better.sum() < len(scores)
    for part in ("train", "test"):
        assert set(read(ran, f"features/{part}.csv").columns) - {TARGET} == set(scores.index[better])


def test_selection_does_not_look_at_the_test_part(lab: Lab, weather: pd.DataFrame, ran: Run) -> None:
    test_days = read(ran, "windows/test.csv").index
    other = weather.copy()
    # Another weather from the second test day on: the first one's is the last target of train.
    rain = (np.arange(len(test_days) - 1) % 2) * 9.0
    other.loc[test_days[1:], "precipitation"] = rain
    other.loc[test_days[1:], ["temp_max", "temp_min"]] = np.c_[20 - rain, 10 - rain]
    replace_weather(lab, other)
    assert lab.run_here("data_preparation.py").returncode == 0
    before = ran.lab.outputs("data", "reports")
    after = lab.outputs("data", "reports")
    for same in ("reports/features.json", "data/features/train.csv", "data/windows/train.csv"):
        assert after[same] == before[same]
    assert after["data/windows/test.csv"] != before["data/windows/test.csv"]


def test_one_seed_makes_the_same_files(ran: Run) -> None:
    before = ran.lab.outputs("data", "reports")
    assert ran.lab.run_here("data_preparation.py", "--seed", "0").returncode == 0
    assert ran.lab.outputs("data", "reports") == before


@pytest.mark.parametrize(
    ("dry_days", "message"),
    [
        (slice("2015", None), "test part has 0 rainy and 364 dry days"),
        (slice("2012"), "first fold of train has 0 rainy"),
    ],
)
def test_split_refuses_a_part_with_one_answer_only(weather: pd.DataFrame, dry_days: slice, message: str) -> None:
    dry = weather.copy()
    dry.loc[dry_days, "precipitation"] = 0.0
    with pytest.raises(ValueError, match=message):
        split(make_windows(dry), 0.25)


@pytest.mark.parametrize("file", ["data/weather.csv", "data/source.json"])
def test_table_that_stage_1_did_not_write_is_refused(lab: Lab, file: str) -> None:
    before = lab.outputs("data/windows", "data/features", "model", "reports")
    for content in (b"", b"[]", (lab.path / file).read_bytes().replace(b"2", b"3")):
        (lab.path / file).write_bytes(content)
        refused(lab.run_here("data_preparation.py"), "weather.csv", "run data_collection.py again")
    (lab.path / file).unlink()
    refused(lab.run_here("data_preparation.py"), Path(file).name, "run data_collection.py first")
    assert lab.outputs("data/windows", "data/features", "model", "reports") == before


def test_a_place_where_it_never_rains_is_refused(lab: Lab, weather: pd.DataFrame) -> None:
    replace_weather(lab, weather.assign(precipitation=0.0))
    before = lab.outputs("data/windows", "data/features", "model", "reports")
    refused(lab.run_here("data_preparation.py"), "weather.csv", "0 rainy", "another --source")
    assert lab.outputs("data/windows", "data/features", "model", "reports") == before
