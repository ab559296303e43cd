"""Features know nothing of the days to come, and show what a fault looks like."""

import numpy as np
import pandas as pd

from lab1 import data_creation
from lab1.data_preprocessing import WARMUP, features
from lab1.inputs import FEATURES


def test_another_future_leaves_the_features_of_the_past_unchanged() -> None:
    readings = data_creation.create("alderton", 3, seed=5)["temperature"]
    before = features(readings)
    for today in range(400, 1000, 20):  # many days, since a single reading hardly moves a median
        other = readings.copy()
        other[today:] = np.random.default_rng(today).normal(60, 30, len(readings) - today)
        after = features(other)
        pd.testing.assert_frame_equal(after[:today], before[:today], check_exact=True)
        assert not after[today:].equals(before[today:])


def test_every_feature_is_a_number_after_the_first_days() -> None:
    table = features(data_creation.create("fernhill", 2, seed=5)["temperature"])
    assert list(table) == FEATURES
    assert np.isfinite(table[WARMUP:]).all(axis=None)


def test_features_show_what_the_faults_look_like() -> None:
    table = data_creation.create("brightwater", 3, seed=5)
    made = features(table["temperature"])
    assert made["departure"][table["kind"] == "spike"].abs().median() > 4
    assert made["repeats"][table["kind"] == "stuck"].median() >= 3
    assert made["level"][table["kind"] == "shift"].abs().median() > 3
    calm = made[WARMUP:][table["kind"][WARMUP:] == "normal"]
    assert calm["departure"].abs().median() < 2
    assert calm["repeats"].median() == 0
