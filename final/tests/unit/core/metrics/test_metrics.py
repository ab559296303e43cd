"""Every metric with weights against scikit-learn's, and what it gives where scikit-learn has no answer."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as reference

from core.metrics.metrics import METRICS, chosen, ece, gain, value, values
from core.spec.metric_names import MetricName

Scored = tuple[np.ndarray, np.ndarray]  # target, scores


def binary(seed: int, rows: int = 80) -> Scored:
    """Rounded, so that many scores are tied."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 2, rows)
    return target, np.clip(rng.normal(0.4 + 0.2 * target, 0.25).round(1), 0.05, 0.95)


def multiclass(seed: int, rows: int = 80, classes: int = 4) -> Scored:
    rng = np.random.default_rng(seed)
    target = rng.integers(0, classes, rows)
    raw = rng.random((rows, classes)).round(1) + 0.05 + 0.3 * np.eye(classes)[target]
    return target, raw / raw.sum(axis=1, keepdims=True)


def regression(seed: int, rows: int = 80) -> Scored:
    rng = np.random.default_rng(seed)
    target = rng.normal(10, 3, rows)
    return target, target + rng.normal(0.5, 2, rows)


def counted(rows: int, seed: int) -> np.ndarray:
    """How often a resample draws each row: many of them not at all."""
    return np.bincount(np.random.default_rng(seed).integers(0, rows, rows), minlength=rows).astype(float)


CLASSES: dict[MetricName, Callable[..., float]] = {
    "accuracy": lambda y, s, w: reference.accuracy_score(y, chosen(s), sample_weight=w),
    "balanced_accuracy": lambda y, s, w: reference.balanced_accuracy_score(y, chosen(s), sample_weight=w),
    "macro_f1": lambda y, s, w: reference.f1_score(y, chosen(s), average="macro", sample_weight=w),
    "roc_auc": lambda y, s, w: reference.roc_auc_score(y, s, sample_weight=w, multi_class="ovr"),
    "log_loss": lambda y, s, w: reference.log_loss(y, s, sample_weight=w),
}
NUMBERS: dict[MetricName, Callable[..., float]] = {
    "rmse": lambda y, s, w: reference.root_mean_squared_error(y, s, sample_weight=w),
    "mae": lambda y, s, w: reference.mean_absolute_error(y, s, sample_weight=w),
    "r2": lambda y, s, w: reference.r2_score(y, s, sample_weight=w),
}


def test_every_metric_has_a_reference_here() -> None:
    assert {**CLASSES, **NUMBERS}.keys() == METRICS.keys()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("data", [binary, multiclass])
@pytest.mark.parametrize("name", CLASSES)
def test_a_classifiers_metric_is_scikit_learns(name: MetricName, data: Callable[[int], Scored], seed: int) -> None:
    target, scores = data(seed)
    metric = METRICS[name](target, scores)
    uneven = np.random.default_rng(seed + 10).uniform(0.1, 3, len(target))
    for weights in (np.ones(len(target)), uneven, counted(len(target), seed)):
        assert metric(weights) == pytest.approx(CLASSES[name](target, scores, weights), abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NUMBERS)
def test_a_regressions_metric_is_scikit_learns(name: MetricName, seed: int) -> None:
    target, scores = regression(seed)
    metric = METRICS[name](target, scores)
    uneven = np.random.default_rng(seed + 10).uniform(0.1, 3, len(target))
    for weights in (np.ones(len(target)), uneven, counted(len(target), seed)):
        assert metric(weights) == pytest.approx(NUMBERS[name](target, scores, weights), rel=1e-12)


@pytest.mark.parametrize("data", [binary, multiclass, regression])
@pytest.mark.parametrize("name", METRICS)
def test_a_weight_is_as_many_copies_of_the_row(name: MetricName, data: Callable[[int], Scored]) -> None:
    if (name in NUMBERS) != (data is regression):
        return
    target, scores = data(5)
    drawn = counted(len(target), 5)
    copies = np.repeat(np.arange(len(target)), drawn.astype(int))
    assert METRICS[name](target, scores)(drawn) == pytest.approx(value(name, target[copies], scores[copies]), rel=1e-12)


def test_a_class_without_rows_does_not_count() -> None:
    target, scores = np.array([0, 0, 1, 1]), np.array([[8, 1, 1], [2, 5, 3], [1, 8, 1], [1, 5, 4]]) / 10
    assert value("balanced_accuracy", target, scores) == 0.75
    assert value("macro_f1", target, scores) == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert value("roc_auc", target, scores) == pytest.approx((1 + 0.875) / 2)


def test_a_class_with_one_row_counts() -> None:
    target, scores = np.array([0, 0, 1]), np.array([0.1, 0.2, 0.3])
    assert value("balanced_accuracy", target, scores) == 0.5
    assert value("macro_f1", target, scores) == pytest.approx(0.4)


@pytest.mark.filterwarnings("error")
def test_without_the_rows_it_needs_a_metric_is_nan() -> None:
    one_class = np.ones(4, dtype=int)
    assert math.isnan(value("roc_auc", one_class, np.array([0.1, 0.2, 0.3, 0.4])))
    assert math.isnan(value("roc_auc", one_class * 0, np.array([0.1, 0.2, 0.3, 0.4])))
    assert math.isnan(value("roc_auc", one_class, np.full((4, 3), 1 / 3)))
    assert math.isnan(value("r2", np.full(3, 2.0), np.array([1.0, 2.0, 3.0])))
    nothing = np.zeros(4)
    for name in ("balanced_accuracy", "macro_f1"):
        assert math.isnan(METRICS[name](one_class, np.array([0.1, 0.2, 0.3, 0.4]))(nothing))
    assert all(math.isnan(value(name, np.array([]), np.array([]))) for name in METRICS)


def test_a_probability_of_zero_costs_a_bounded_amount() -> None:
    certain = value("log_loss", np.array([1, 0]), np.array([0.0, 0.0]))
    assert certain == pytest.approx(-math.log(1e-15) / 2)
    assert value("log_loss", np.array([1, 0]), np.array([1.0, 0.0])) == 0


def test_the_likeliest_class_is_chosen() -> None:
    assert chosen(np.array([0.2, 0.5, 0.500001, 1])).tolist() == [0, 0, 1, 1]
    assert chosen(np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]])).tolist() == [1, 0]


def test_all_metrics_of_a_task_are_given_by_name() -> None:
    target, scores = regression(1)
    assert values("regression", target, scores) == {name: value(name, target, scores) for name in NUMBERS}
    target, scores = binary(1)
    assert values("binary", target, scores) == {name: value(name, target, scores) for name in CLASSES}


@pytest.mark.parametrize(("name", "sign"), [("accuracy", 1), ("roc_auc", 1), ("r2", 1), ("log_loss", -1), ("mae", -1)])
def test_a_gain_is_positive_for_the_better_model(name: MetricName, sign: int) -> None:
    assert gain(name, 0.75, 0.5) == sign * 0.25
    assert gain(name, 0.5, 0.75) == sign * -0.25


def expected_calibration_error(probability: np.ndarray, outcome: np.ndarray, bins: int) -> float:
    """By the definition of Naeini et al. (2015): sum over the bins of their share of rows x |outcome - probability|."""
    total = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [row for row, p in enumerate(probability) if low <= p < high or (number == bins - 1 and p == high)]
        if inside:
            gap = np.mean([outcome[row] for row in inside]) - np.mean([probability[row] for row in inside])
            total += len(inside) / len(probability) * abs(gap)
    return total


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("bins", [4, 10])
def test_the_calibration_error_is_its_definition(seed: int, bins: int) -> None:
    rng = np.random.default_rng(seed)
    target, scores = binary(seed, 300)
    scores = np.append(scores[2:] + rng.uniform(-0.01, 0.01, 298), [0.0, 1.0])
    assert ece(target, scores, bins) == pytest.approx(expected_calibration_error(scores, target == 1, bins))
    target, scores = multiclass(seed, 300)
    right = scores.argmax(axis=1) == target
    assert ece(target, scores, bins) == pytest.approx(expected_calibration_error(scores.max(axis=1), right, bins))


@pytest.mark.filterwarnings("error")
def test_without_rows_there_is_no_calibration_error() -> None:
    assert math.isnan(ece(np.array([]), np.array([])))


def test_the_calibration_error_has_ten_bins() -> None:
    assert ece(np.array([1, 0]), np.array([0.52, 0.58])) == pytest.approx(0.05)
    assert ece(np.array([1, 0]), np.array([0.58, 0.62])) == pytest.approx((0.42 + 0.62) / 2)
    assert ece(np.array([1, 0, 0]), np.array([1.0, 0.0, 0.0])) == 0
    assert ece(np.array([0, 1]), np.array([1.0, 0.95])) == pytest.approx(0.95 / 2)
