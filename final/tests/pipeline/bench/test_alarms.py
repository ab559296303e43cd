"""The bench of alarms on one small table: silent without a change, and planted harm is found."""

import dataclasses

import numpy as np
import pytest

from bench.alarm_peers import mixtures, numbers
from bench.alarm_streams import Stream, harmless, is_harm, other_truth, stream, unchanged
from bench.alarms import alarms, detections
from bench.quality_tables import table_of


@pytest.fixture(scope="module")
def diabetes() -> Stream:
    return stream(table_of("diabetes"))


def test_days_without_a_change_are_silent(diabetes: Stream) -> None:
    drift = harmless(diabetes)
    assert drift is not None
    for quiet in (unchanged(diabetes), drift):
        assert not is_harm(diabetes, quiet)
        assert alarms(diabetes, quiet, 20, 50, seed=0) == 0


def test_planted_harm_is_found_after_the_change(diabetes: Stream) -> None:
    planted = other_truth(diabetes)
    assert is_harm(diabetes, planted)
    (rows,) = detections(diabetes, planted, 500, 1)
    assert rows > 0


def test_mixtures_go_from_easy_to_hard(diabetes: Stream) -> None:
    expected = [diabetes.promise.expected(diabetes.scores[places]).mean() for places in mixtures(diabetes, 500, 4)]
    assert expected == sorted(expected)
    assert expected[0] < expected[-1]


def test_others_get_a_category_as_the_same_code_in_all_rows(diabetes: Stream) -> None:
    names = {"kind": np.array(["b", "a", ""], dtype=object), "size": np.array([1.0, np.nan, 2.0])}
    other = {"kind": np.array(["c", "b"], dtype=object), "size": np.array([3.0, 4.0])}
    made = dataclasses.replace(diabetes, categorical=frozenset({"kind"}), reference=names, columns=other)
    np.testing.assert_array_equal(numbers(names, made), [[2, 1], [1, np.nan], [np.nan, 2]])
    np.testing.assert_array_equal(numbers(other, made), [[3, 3], [2, 4]])
