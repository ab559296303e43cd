"""Features know nothing of tomorrow, are what their names say, and are chosen without a look at the test part."""

import numpy as np
import pandas as pd
import pytest

from lab2.data_preparation import candidate_features, features_of, make_windows, select, split
from lab2.inputs import TARGET, InputError


def all_features(weather: pd.DataFrame) -> pd.DataFrame:
    windows, names = make_windows(weather).drop(columns=TARGET), list(candidate_features())
    return pd.DataFrame(features_of(names).transform(windows), windows.index, names)


def test_another_future_leaves_the_features_of_today_unchanged(weather: pd.DataFrame) -> None:
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


def test_train_is_before_test_and_shares_no_target_with_it(weather: pd.DataFrame) -> None:
    train, test = split(make_windows(weather), 0.25)
    assert train.index.is_monotonic_increasing
    assert train.index.max() + pd.Timedelta(days=1) <= test.index.min()
    assert len(train) + len(test) == 1461 - 6 - 1
    assert len(test) == 364


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
    with pytest.raises(InputError, match=message):
        split(make_windows(dry), 0.25)


def test_selection_keeps_what_tells_and_drops_noise() -> None:
    rng = np.random.default_rng(0)
    features = pd.DataFrame(rng.normal(size=(300, 5)), columns=list("abcde"))
    rain = features["b"] - features["e"] + rng.normal(size=300) > 0
    kept = set(features.columns[select(features, rain.astype(int)).support_])
    assert {"b", "e"} <= kept
    assert len(kept) < 5
