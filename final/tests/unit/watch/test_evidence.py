"""Alarms: silent while nothing changes, raised soon after a mean passed its limit."""

import numpy as np
import pytest

from watch.evidence import LOOKS, Detector, threshold

ROWS = 40  # of a look


def first_alarm(rng: np.random.Generator, means: list[float], limit: float, checks: int = 1) -> int | None:
    """The number of the look with the first alarm; at each look the rows are 0 or 1 with the given mean."""
    detector = Detector(np.array([limit]), threshold(checks))
    for number, mean in enumerate(means):
        detector.look(detector.growth((rng.random((ROWS, 1)) < mean).astype(float)))
        if detector.is_alarm:
            return number
    return None


def test_no_alarm_in_a_thousand_looks_while_the_mean_is_within_its_limit() -> None:
    rng = np.random.default_rng(0)
    assert [first_alarm(rng, [0.2] * LOOKS, 0.25) for _ in range(10)] == [None] * 10


def test_at_the_limit_itself_alarms_are_as_rare_as_promised() -> None:
    rng = np.random.default_rng(0)
    alarms = [first_alarm(rng, [0.25] * 100, 0.25) for _ in range(50)]
    assert 50 - alarms.count(None) <= 5  # of 100 looks each, one run in 10 or fewer


def test_harm_is_found_after_any_time_without_any() -> None:
    rng = np.random.default_rng(1)
    for quiet in (0, 10, 500):
        alarm = first_alarm(rng, [0.2] * quiet + [0.4] * 40, 0.25)
        assert alarm is not None
        assert quiet <= alarm < quiet + 25


def test_more_checks_need_more_evidence() -> None:
    few, many = (first_alarm(np.random.default_rng(2), [0.4] * 100, 0.25, checks) for checks in (1, 10**6))
    assert few is not None
    assert many is not None
    assert few < many


def test_an_alarm_ends_after_the_harm() -> None:
    rng = np.random.default_rng(3)
    detector = Detector(np.array([0.25]), threshold(1))
    for mean in [0.6] * 50 + [0.1] * 100:
        detector.look(detector.growth((rng.random((ROWS, 1)) < mean).astype(float)))
    assert not detector.is_alarm


def test_the_pieces_of_a_look_are_one_look() -> None:
    values = (np.random.default_rng(4).random((100, 1)) < 0.4).astype(float)
    whole, pieces = Detector(np.array([0.25]), 1e9), Detector(np.array([0.25]), 1e9)
    whole.look(whole.growth(values))
    pieces.look(pieces.growth(values[:30]) + pieces.growth(values[30:]))
    assert pieces.evidence == pytest.approx(whole.evidence)
