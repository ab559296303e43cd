"""Thresholds by their definition, and by brute force over all of them."""

from pathlib import Path

import numpy as np
import pytest

from core.model.decision import Rule, cheapest, cost, figures
from core.spec.decision import Costs, Decision

COSTS = Costs(missed=9, false_alarm=1)


def calibrated(rows: int, power: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Targets that come true as often as the probabilities say, which are then raised to a power."""
    rng = np.random.default_rng(0)
    probability = rng.random(rows)
    return (rng.random(rows) < probability).astype(int), probability**power


def test_calibrated_probabilities_are_decided_by_the_theory() -> None:
    actual, scores = calibrated(2000)
    assert cheapest(COSTS, actual, scores) == 0.1
    assert Rule.of(Decision(costs=COSTS), actual, scores) == Rule(0.1)


def test_where_another_threshold_is_clearly_cheaper_it_is_the_cheapest_of_all() -> None:
    """Probabilities that are far too low: brute force over every threshold finds no cheaper one."""
    actual, scores = calibrated(2000, power=4)
    chosen = cheapest(COSTS, actual, scores)
    assert chosen < 0.01
    every = [float(cost(COSTS, actual, scores > at).mean()) for at in np.unique(scores)]
    assert cost(COSTS, actual, scores > chosen).mean() == pytest.approx(min(every))
    assert cost(COSTS, actual, scores > chosen).mean() < cost(COSTS, actual, scores > 0.1).mean()


def test_a_gain_within_luck_changes_nothing() -> None:
    actual, scores = calibrated(60, power=1.2)
    assert cheapest(COSTS, actual, scores) == 0.1
    assert cheapest(COSTS, np.array([0, 1]), np.array([0.5, 0.5])) == 0.1, "there is nothing between equal scores"


def test_costs_of_each_row() -> None:
    actual, is_positive = np.array([1, 1, 0, 0]), np.array([True, False, True, False])
    assert cost(COSTS, actual, is_positive).tolist() == [0, 9, 1, 0]


def test_figures_compare_with_other_ways_to_decide() -> None:
    actual, scores = np.array([1, 1, 0, 0]), np.array([0.9, 0.2, 0.3, 0.05])
    shown = figures(Rule(0.1), COSTS, actual, scores)
    assert {name: shown[name] for name in ("threshold", "missed", "false_alarms", "rows", "cost")} == {
        "threshold": 0.1,
        "missed": 0,
        "false_alarms": 1,
        "rows": 4,
        "cost": 0.25,
    }
    assert (shown["always"], shown["never"], shown["likelier"]) == (0.5, 4.5, 2.25)
    by_threshold = dict(map(tuple, shown["curve"]))
    assert (by_threshold[0.1], by_threshold[0.5], by_threshold[1.0]) == (0.25, 2.25, 4.5)
    assert "curve" not in figures(Rule(0.1), None, actual, scores)


def test_a_declared_threshold_is_kept_with_the_model(tmp_path: Path) -> None:
    assert Rule.load(tmp_path) is None
    rule = Rule.of(Decision(threshold=0.3), np.zeros(0), np.zeros(0))
    rule.save(tmp_path)
    assert Rule.load(tmp_path) == rule == Rule(0.3)
