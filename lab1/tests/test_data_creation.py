"""The data sets: enough of them, of several kinds, and the same again from the same seed."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lab1 import data_creation
from tests.lab import Lab, Run, refused

KINDS = {"spike", "stuck", "drift", "shift"}


def series(ran: Run, split: str) -> dict[str, pd.DataFrame]:
    paths = (ran.lab.path / "data" / split).glob("*.csv")
    return {path.stem: pd.read_csv(path, keep_default_na=False) for path in paths}


@pytest.mark.parametrize("split", ["train", "test"])
def test_each_folder_has_several_sets_with_anomalies_and_with_noise_only(ran: Run, split: str) -> None:
    tables = series(ran, split)
    assert len(tables) >= 2
    anomalous = {name for name, table in tables.items() if table["anomaly"].any()}
    assert anomalous
    assert anomalous != set(tables)
    for name, table in tables.items():
        assert list(table) == ["date", "temperature", "anomaly", "kind"]
        assert set(table["kind"]) == ({"normal"} | KINDS if name in anomalous else {"normal"})
        assert ((table["kind"] == "normal") == (table["anomaly"] == 0)).all()
        assert not table["anomaly"][:365].any()


def test_no_city_is_in_both_folders(ran: Run) -> None:
    assert not set(series(ran, "train")) & set(series(ran, "test"))


def test_weather_persists_from_day_to_day() -> None:
    city = data_creation.CITIES[0]
    values = data_creation.weather(city, 20_000, np.random.default_rng(1))
    assert np.corrcoef(values[1:], values[:-1])[0, 1] == pytest.approx(city.persistence, abs=0.03)
    assert values.std() == pytest.approx(city.weather, rel=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_labels_say_what_was_done_to_the_readings(seed: int) -> None:
    table = data_creation.create(data_creation.CITIES[0], 4, seed)
    runs = [(kind, list(rows)) for kind, rows in groupby(table.index, lambda row: table["kind"][row])]
    counts = dict.fromkeys(KINDS, 0)
    for kind, rows in runs:
        if kind == "normal":
            assert len(rows) >= data_creation.GAP or rows[-1] == len(table) - 1
            continue
        counts[kind] += 1
        shortest, longest = data_creation.FAULTS[kind].days
        assert shortest <= len(rows) <= longest
        if kind == "stuck":
            assert table["temperature"][rows[0] - 1 : rows[-1]].nunique() == 1
    assert counts == {kind: fault.per_year * 3 for kind, fault in data_creation.FAULTS.items()}


def test_same_seed_same_bytes_and_another_seed_other_bytes(ran: Run, tmp_path: Path) -> None:
    """The default seed, its number given, and another one; the first was made by the pipeline."""
    tables = ran.lab.outputs("data/train", "data/test")
    for seed, equal in [("42", True), ("43", False)]:
        again = Lab(tmp_path / seed, tmp_path)
        done = ran.lab.run(
            "data_creation.py",
            "--seed",
            seed,
            "--data",
            again.path / "data",
            "--plot",
            again.path / "plot.png",
        )
        assert done.returncode == 0, done.stderr
        made = again.outputs("data")
        assert made.keys() == tables.keys()
        assert {made[name] == tables[name] for name in tables} == {equal}
        plot = (ran.lab.path / "reports/series.png").read_bytes()
        assert ((again.path / "plot.png").read_bytes() == plot) is equal


def test_plot_is_a_png_without_a_date_or_a_version_in_it(ran: Run) -> None:
    png = (ran.lab.path / "reports/series.png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert b"tEXt" not in png
    assert b"tIME" not in png


def test_folder_that_cannot_be_made_is_a_clear_error(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = ran.lab.run("data_creation.py", "--data", tmp_path / "file", "--plot", tmp_path / "plot.png")
    refused(done, "cannot write the data", str(tmp_path / "file"))
    assert not (tmp_path / "plot.png").exists()
