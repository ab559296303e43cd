"""Features that do not know the future, a scaler that does not know the test cities, and no bad table."""

import csv
import shutil
import statistics
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lab1 import data_creation, data_preprocessing
from tests.lab import Lab, Run, refused

BAD = Path(__file__).with_name("bad")
EXPECTED = {
    "anomaly_two.csv": ["line 4", "2020-01-03", "anomaly must be 0 or 1"],
    "bad_date.csv": ["line 3", "01.02.2020", "date must be YYYY-MM-DD"],
    "day_missing.csv": ["line 4", "2020-01-04", "one day after the line before"],
    "day_twice.csv": ["line 3", "2020-01-01", "one day after the line before"],
    "empty.csv": ["cannot be read as CSV"],
    "kind_without_anomaly.csv": ["line 3", "kind must be 'normal'"],
    "line_cut_off.csv": ["line 4", "2020-01-03"],
    "no_temperature.csv": ["no column temperature"],
    "not_a_number.csv": ["line 3", "temperature must be a number"],
    "not_text.csv": ["cannot be read as CSV"],
    "too_short.csv": ["3 days", "365 are needed"],
}


def rows(folder: Path) -> list[dict[str, str]]:
    """All rows of a folder, read without the code under test."""
    return [row for path in sorted(folder.glob("*.csv")) for row in csv.DictReader(path.open(newline=""))]


@pytest.mark.parametrize("today", [40, 365, 500, 800])
def test_another_future_leaves_the_features_of_the_past_as_they_were(today: int) -> None:
    table = data_creation.create(data_creation.CITIES[0], 3, seed=5)
    before = data_preprocessing.features(table)[:today]
    other = table.copy()
    other.loc[today:, "temperature"] = np.random.default_rng(today).normal(60, 30, len(table) - today)
    after = data_preprocessing.features(other)
    pd.testing.assert_frame_equal(after[:today], before, check_exact=True)
    assert not after[today : today + 1].equals(data_preprocessing.features(table)[today : today + 1])
    pd.testing.assert_frame_equal(data_preprocessing.features(table[:today]), before, check_exact=True)


def test_scaler_has_the_statistics_of_the_train_cities_alone_and_both_splits_are_scaled_by_it(
    ran: Run,
) -> None:
    data = ran.lab.path / "data"
    train, test = rows(data / "features/train"), rows(data / "features/test")
    for name in train[0].keys() - {"date", "anomaly", "kind"}:
        values = [float(row[name]) for row in train]
        mean, deviation = statistics.fmean(values), statistics.pstdev(values)
        everywhere = statistics.fmean(values + [float(row[name]) for row in test])
        assert abs(mean - everywhere) > 1e-6  # else this test could not tell the two apart
        for split, unscaled in [("train", train), ("test", test)]:
            scaled = rows(data / "scaled" / split)
            assert [float(row[name]) for row in scaled] == pytest.approx(
                [(float(row[name]) - mean) / deviation for row in unscaled], abs=1e-7
            )
            assert [row["anomaly"] for row in scaled] == [row["anomaly"] for row in unscaled]


def test_first_year_is_history_and_every_other_day_is_kept(ran: Run) -> None:
    for split in ("train", "test"):
        for path in (ran.lab.path / "data" / split).glob("*.csv"):
            days = pd.read_csv(path)["date"]
            kept = pd.read_csv(ran.lab.path / "data/features" / split / path.name)["date"]
            assert list(kept) == list(days[365:])


def test_features_say_what_the_faults_look_like() -> None:
    table = data_creation.create(data_creation.CITIES[1], 3, seed=5)
    made = data_preprocessing.features(table)
    assert made["departure"][table["kind"] == "spike"].abs().median() > 3
    assert made["repeats"][table["kind"] == "stuck"].median() >= 3
    assert made["level"][table["kind"] == "shift"].abs().median() > 2
    calm = made[365:][table["kind"][365:] == "normal"]
    assert calm["departure"].abs().median() < 2
    assert calm["repeats"].median() == 0


def test_every_bad_table_has_its_expected_message() -> None:
    assert {path.name for path in BAD.iterdir()} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_bad_table_is_refused_by_name_place_reason_and_remedy(fresh: Lab, tmp_path: Path, name: str) -> None:
    (tmp_path / "data/train").mkdir(parents=True)
    shutil.copy(BAD / name, tmp_path / "data/train")
    scaler = tmp_path / "scaler.skops"
    done = fresh.run_here("data_preprocessing.py", "--data", tmp_path / "data", "--scaler", scaler)
    refused(done, name, "data_creation.py", *EXPECTED[name])
    assert not scaler.exists()


def test_no_tables_at_all_is_a_clear_error(fresh: Lab, tmp_path: Path) -> None:
    done = fresh.run("data_preprocessing.py", "--data", tmp_path / "nowhere")
    refused(done, str(tmp_path / "nowhere/train"), "no CSV files", "run data_creation.py first")


def test_city_that_is_gone_leaves_no_features_behind(lab: Lab) -> None:
    (lab.path / "data/train/dunmore.csv").unlink()
    assert lab.run("data_preprocessing.py").returncode == 0
    assert not list((lab.path / "data").rglob("dunmore.csv"))
    assert len(list((lab.path / "data/scaled/train").glob("*.csv"))) == 4
