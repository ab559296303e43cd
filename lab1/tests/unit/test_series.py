"""The invented series: several kinds of them, labels that say what was done, and the same again from the same seed."""

from itertools import groupby

import numpy as np
import pandas as pd
import pytest

from lab1 import data_creation

KINDS = {"spike", "stuck", "drift", "shift"}


@pytest.mark.parametrize("split", ["train", "test"])
def test_each_folder_has_several_sets_with_anomalies_and_with_noise_only(split: str) -> None:
    cities = {name: city for name, city in data_creation.CITIES.items() if city.folder == split}
    assert len(cities) >= 2
    assert {city.faults for city in cities.values()} == {True, False}
    for name, city in cities.items():
        table = data_creation.create(name, 3, seed=42)
        assert list(table) == ["date", "temperature", "anomaly", "kind"]
        assert set(table["kind"]) == ({"normal"} | KINDS if city.faults else {"normal"})
        assert ((table["kind"] == "normal") == (table["anomaly"] == 0)).all()
        assert not table["anomaly"][:365].any()


def test_weather_persists_from_day_to_day() -> None:
    city = data_creation.CITIES["alderton"]
    values = data_creation.weather(city, 20_000, np.random.default_rng(1))
    assert np.corrcoef(values[1:], values[:-1])[0, 1] == pytest.approx(city.persistence, abs=0.03)
    assert values.std() == pytest.approx(city.weather, rel=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_labels_say_what_was_done_to_the_readings(seed: int) -> None:
    table = data_creation.create("alderton", 4, seed)
    counts = dict.fromkeys(KINDS, 0)
    for kind, days in groupby(table.index, lambda row: table["kind"][row]):
        rows = list(days)
        if kind == "normal":
            assert len(rows) >= data_creation.GAP or rows[-1] == len(table) - 1
            continue
        counts[kind] += 1
        shortest, longest = data_creation.FAULTS[kind].days
        assert shortest <= len(rows) <= longest
        if kind == "stuck":
            assert table["temperature"][rows[0] - 1 : rows[-1]].nunique() == 1
    assert counts == {kind: fault.per_year * 3 for kind, fault in data_creation.FAULTS.items()}


def test_same_seed_makes_the_same_table_and_another_seed_another() -> None:
    table = data_creation.create("granby", 3, seed=42)
    pd.testing.assert_frame_equal(data_creation.create("granby", 3, seed=42), table, check_exact=True)
    assert not data_creation.create("granby", 3, seed=43)["temperature"].equals(table["temperature"])
