"""Whether sets and intervals keep what they promise, once labels are there."""

from typing import Any

import numpy as np
import pytest

from core.spec.watch import Watch
from tests.support.watched import reference
from watch.checks import COVERAGE, Check, checks
from watch.coverage import covered
from watch.evidence import Detector, threshold


def test_sets_and_intervals_hold_the_truth_or_not() -> None:
    answers: list[dict[str, Any]] = [
        {"set": ["a", "b"]},
        {"set": [0]},
        {"interval": [1.0, 2.0]},
        {"interval": {"low": 1.0, "high": 2.0}},
        {"prediction": "a"},
        {"set": ["a"]},
    ]
    given = covered(answers, ["a", "1", "1.5", "2.5", "a", None])
    np.testing.assert_array_equal(given, [1, 0, 1, 0, np.nan, np.nan])


def made(watch: Watch) -> list[Check]:
    return checks(reference().promise, [], reference().predictions, watch)


@pytest.mark.parametrize(("share", "alarm"), [(0.92, False), (0.8, True)])
def test_less_coverage_than_allowed_is_an_alarm(share: float, alarm: bool) -> None:
    (check,) = [check for check in made(Watch(coverage=0.9)) if check.name == COVERAGE]
    detector = Detector(check.limits, threshold(1))
    held = np.random.default_rng(0).random((500, 1)) < share
    detector.look(detector.growth(1.0 - held))
    assert detector.is_alarm == alarm
    assert check.level == "act"


def test_coverage_is_watched_where_it_is_declared() -> None:
    assert COVERAGE not in [check.name for check in made(Watch())]
