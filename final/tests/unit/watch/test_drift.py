"""Drift as the share of rows that moved, and whether it could matter."""

import numpy as np
import pytest

from watch.drift import Profile
from watch.evidence import Detector, threshold


def numbers(center: float, rows: int = 2000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(center, 1, rows)


def evidence_of(profile: Profile, values: np.ndarray) -> Detector:
    limits = profile.limits(0.1)
    assert limits is not None
    detector = Detector(limits, threshold(1))
    detector.look(detector.growth(profile.tested(values)))
    return detector


def test_the_effect_is_in_the_features_own_unit() -> None:
    profile = Profile.of("age", numbers(30), 1.0, categorical=False)
    effect = profile.effect(numbers(32, seed=1))
    assert effect["moved"] == pytest.approx(0.68, abs=0.05)  # 2 * Phi(1) - 1, at the best place of the deciles
    assert effect["center_before"] == pytest.approx(30, abs=0.1)
    assert effect["center_now"] == pytest.approx(32, abs=0.1)
    assert profile.effect(numbers(30, seed=1))["moved"] < 0.05


def test_values_of_a_category_and_missing_cells_are_compared() -> None:
    before = np.array(["a"] * 60 + ["b"] * 40, dtype=object)
    profile = Profile.of("kind", before, 0.5, categorical=True)
    effect = profile.effect(np.array(["a"] * 20 + ["b"] * 30 + [None] * 50, dtype=object))
    assert (effect["part"], effect["share_before"], effect["share_now"]) == ("missing", 0.0, 0.5)
    new = profile.effect(np.array(["c"] * 100, dtype=object))
    assert new["part"] == "a"
    assert new["moved"] == pytest.approx(0.6)


def test_a_move_of_an_important_feature_is_an_alarm_and_no_move_is_none() -> None:
    profile = Profile.of("age", numbers(30), 1.0, categorical=False)
    assert evidence_of(profile, numbers(31, seed=1)).is_alarm
    assert not evidence_of(profile, numbers(30, seed=1)).is_alarm


def test_a_move_of_a_feature_of_little_importance_is_none() -> None:
    assert Profile.of("age", numbers(30), 0.05, categorical=False).limits(0.1) is None
    little = Profile.of("age", numbers(30), 0.2, categorical=False)
    assert not evidence_of(little, numbers(31, seed=1)).is_alarm


def test_what_cannot_move_further_gives_no_evidence_however_long_it_lasts() -> None:
    never_missing = Profile.of("age", numbers(30), 1.0, categorical=False)
    limits = never_missing.limits(0.1)
    assert limits is not None
    detector = Detector(limits, threshold(1))
    for seed in range(300):
        detector.look(detector.growth(never_missing.tested(numbers(30, 100, seed))))
    assert detector.evidence < 5


def test_a_column_that_was_always_missing_can_be_watched() -> None:
    profile = Profile.of("age", np.full(50, np.nan), 1.0, categorical=False)
    assert profile.effect(np.full(10, np.nan))["moved"] == 0
    assert profile.effect(numbers(0, 10))["moved"] == 1


def test_a_date_moves_by_itself() -> None:
    days = np.arange(100.0)
    assert Profile.of("day", days, 0.9, False).limits(0.1) is not None
    assert Profile.of("day", days, 0.9, False, is_clock=True).limits(0.1) is None
