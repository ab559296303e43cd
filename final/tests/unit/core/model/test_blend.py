"""The blend's weights and offsets against a brute-force grid, and when it stays with the best part."""

import itertools

import numpy as np
import pytest
from scipy.special import expit, log_softmax

from core.model.blend import fit
from core.spec.metric_names import Task

PRIOR = 10.0  # rows that speak for the best part
TOLERANCE = 0.02  # of the grid


def cost(task: Task, parts: list[np.ndarray], target: np.ndarray, weights: np.ndarray, offsets: np.ndarray) -> float:
    """The objective by its definition: loss of all rows, and the pull of PRIOR rows towards the first part."""
    raw = sum(weight * part for weight, part in zip(weights, parts, strict=True)) + offsets
    away = float(np.sum((weights - np.eye(len(parts))[0]) ** 2))
    if task == "regression":
        # in units of the target's variance, so that the pull is the same for metres and millimetres
        unit = float(np.var(target))
        return float(np.sum((raw - target) ** 2) / 2 + PRIOR * np.sum(offsets**2) / 2) / unit + PRIOR * away / 2
    if task == "binary":
        chance = np.where(target == 1, expit(raw), expit(-raw))
        loss = -float(np.sum(np.log(chance)))
    else:
        loss = -float(log_softmax(raw, axis=1)[np.arange(len(target)), target].sum())
    return loss + PRIOR * (away + float(np.sum(offsets**2))) / 2


def best_on_a_grid(task: Task, parts: list[np.ndarray], target: np.ndarray, offsets: int) -> tuple[np.ndarray, float]:
    """The lowest of a grid over weights from 0 and offsets, refined around its best point until steps are small."""
    sizes = len(parts) + offsets
    centre, step = np.append(np.full(len(parts), 1.0), np.zeros(offsets)), 0.5
    lowest = np.inf
    while step > TOLERANCE / 4:
        moves = itertools.product((-step, 0.0, step), repeat=sizes)
        points = [centre + np.array(move) for move in moves]
        points = [point for point in points if (point[: len(parts)] >= 0).all()]
        costs = [cost(task, parts, target, point[: len(parts)], point[len(parts) :]) for point in points]
        nearest = points[int(np.argmin(costs))]
        if min(costs) < lowest and not np.array_equal(nearest, centre):
            centre, lowest = nearest, min(costs)
        else:
            lowest, step = min(lowest, min(costs)), step / 2
    return centre, lowest


def overconfident(rows: int = 300) -> tuple[list[np.ndarray], np.ndarray]:
    """Log-odds of two models, one much better, both too sure and both too low by 0.7."""
    rng = np.random.default_rng(0)
    truth = rng.normal(size=rows)
    target = (rng.random(rows) < expit(truth)).astype(int)
    return [3 * truth - 0.7, 2 * (truth + rng.normal(size=rows)) - 0.7], target


def test_two_classes_are_weighed_as_a_grid_says() -> None:
    parts, target = overconfident()
    weights, offsets = fit(parts, target, "binary")
    point, lowest = best_on_a_grid("binary", parts, target, 1)
    assert cost("binary", parts, target, weights, offsets) <= lowest + 1e-9
    assert np.append(weights, offsets) == pytest.approx(point, abs=TOLERANCE)
    assert weights[0] > weights[1] >= 0
    assert offsets[0] > 0.05


def test_a_part_that_tells_the_opposite_gets_no_weight() -> None:
    parts, target = overconfident(600)
    parts = [parts[0] / 6, -parts[0] / 6]
    weights, offsets = fit(parts, target, "binary")
    point, lowest = best_on_a_grid("binary", parts, target, 1)
    assert weights[1] == point[1] == 0
    assert cost("binary", parts, target, weights, offsets) <= lowest + 1e-9
    assert np.append(weights, offsets) == pytest.approx(point, abs=TOLERANCE)


def test_three_classes_are_weighed_as_a_grid_says() -> None:
    rng = np.random.default_rng(1)
    target = rng.integers(0, 3, 240)
    shift = np.array([0.5, 0, -0.5])
    parts = [noise * 2 * rng.normal(size=(240, 3)) + 2.5 * np.eye(3)[target] + shift for noise in (0.8, 1.4)]
    weights, offsets = fit(parts, target, "multiclass")
    point, lowest = best_on_a_grid("multiclass", parts, target, 3)
    assert cost("multiclass", parts, target, weights, offsets) <= lowest + 1e-9
    assert np.concatenate([weights, offsets]) == pytest.approx(point, abs=TOLERANCE)
    assert np.sum(offsets) == pytest.approx(0, abs=1e-6)  # only differences matter, so the pull shares them out


@pytest.mark.parametrize("unit", [1.0, 1000.0])
def test_numbers_are_weighed_as_a_grid_says_in_any_unit(unit: float) -> None:
    rng = np.random.default_rng(2)
    target = rng.normal(size=200)
    parts = [target + 0.2 * rng.normal(size=200) + 0.3, target + rng.normal(size=200) + 0.3]
    weights, offsets = fit([unit * part for part in parts], unit * target, "regression")
    point, lowest = best_on_a_grid("regression", parts, target, 1)
    assert cost("regression", parts, target, weights, offsets / unit) <= lowest + 1e-9
    assert np.append(weights, offsets / unit) == pytest.approx(point, abs=TOLERANCE)


@pytest.mark.parametrize("best", [0, 1])
def test_what_does_not_help_beyond_luck_leaves_the_best_part_as_it_is(best: int) -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(size=400)
    target = (rng.random(400) < expit(truth)).astype(int)
    parts = [truth, truth]
    parts[1 - best] = truth + rng.normal(size=400)
    weights, offsets = fit(parts, target, "binary")
    assert (weights.tolist(), offsets.tolist()) == ([1.0 - best, float(best)], [0.0])


def test_a_worse_part_of_other_errors_gets_some_weight() -> None:
    rng = np.random.default_rng(4)
    target = rng.normal(size=500)
    parts = [target + 0.5 * rng.normal(size=500), target + 0.6 * rng.normal(size=500)]
    weights, _ = fit(parts, target, "regression")
    blended = float(np.mean((weights @ np.stack(parts) - target) ** 2))
    assert min(weights) > 0.2
    assert blended < 0.8 * min(float(np.mean((part - target) ** 2)) for part in parts)


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_a_few_rows_move_nothing(rows: int) -> None:
    weights, offsets = fit([np.ones((rows, 3)), np.zeros((rows, 3))], np.zeros(rows, dtype=int), "multiclass")
    assert (weights.tolist(), offsets.tolist()) == ([1.0, 0.0], [0.0, 0.0, 0.0])


def test_constant_numbers_are_no_division_by_zero() -> None:
    weights, offsets = fit([np.full(20, 4.0)], np.full(20, 4.0), "regression")
    assert weights * 4 + offsets == pytest.approx(4)
