"""The report's curves against scikit-learn's and scipy's."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from core.metrics.curves import curves
from tests.support.small_products import declared

BINARY, MULTICLASS, REGRESSION = (declared(task).target for task in ("binary", "multiclass", "regression"))


def binary(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """With tied scores."""
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, rows)
    return target, np.clip(rng.normal(0.4 + 0.2 * target, 0.2), 0.01, 0.99).round(3)


def multiclass(rows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    target = rng.integers(0, 3, rows)
    raw = rng.random((rows, 3)) + 0.4 * np.eye(3)[target]
    return target, raw / raw.sum(axis=1, keepdims=True)


def roc(positive: np.ndarray, score: np.ndarray) -> np.ndarray:
    false_rate, true_rate, _ = roc_curve(positive, score, drop_intermediate=False)
    return np.column_stack([false_rate, true_rate])


def precision_recall(positive: np.ndarray, score: np.ndarray) -> np.ndarray:
    precision, recall, _ = precision_recall_curve(positive, score)
    return np.column_stack([recall, precision])[-2::-1]  # the last point is not at a threshold but by convention


def test_the_curves_of_two_classes_are_scikit_learns() -> None:
    target, scores = binary(100)
    drawn = curves(target, scores, BINARY)
    for kind, reference in (("roc", roc), ("pr", precision_recall)):
        (curve,) = drawn[kind]
        assert curve["of"] == "yes"
        assert np.array(curve["points"]) == pytest.approx(reference(target, scores), abs=6e-5)
    assert drawn["confusion"] == {"classes": ["no", "yes"], "rows": confusion_matrix(target, scores > 0.5).tolist()}


def test_the_curves_of_each_of_several_classes_are_scikit_learns() -> None:
    target, scores = multiclass(90)
    drawn = curves(target, scores, MULTICLASS)
    for kind, reference in (("roc", roc), ("pr", precision_recall)):
        assert [curve["of"] for curve in drawn[kind]] == ["red", "green", "blue"]
        for number, curve in enumerate(drawn[kind]):
            expected = reference(target == number, scores[:, number])
            assert np.array(curve["points"]) == pytest.approx(expected, abs=6e-5)
    cells = confusion_matrix(target, scores.argmax(axis=1)).tolist()
    assert drawn["confusion"] == {"classes": ["red", "green", "blue"], "rows": cells}


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    target, scores = binary(3000)
    for kind, reference in (("roc", roc), ("pr", precision_recall)):
        points = curves(target, scores, BINARY)[kind][0]["points"]
        every = reference(target, scores)
        assert len(points) == 120
        assert points[0] == pytest.approx(every[0], abs=6e-5)
        assert points[-1] == pytest.approx(every[-1], abs=6e-5)
        at = [int(np.abs(every - point).max(axis=1).argmin()) for point in points]
        assert np.abs(every[at] - points).max() < 6e-5
        assert max(np.diff(at)) <= 2 * len(every) / 120


@pytest.mark.parametrize(("answer", "curve"), [(0, "roc"), (0, "pr"), (1, "roc")])
def test_without_a_class_there_is_no_curve(answer: int, curve: str) -> None:
    assert curves(np.full(5, answer), np.linspace(0.1, 0.9, 5), BINARY)[curve][0]["points"] == []


@pytest.mark.parametrize("target", [[0, 0, 1], [1, 1, 0]])
def test_one_row_of_a_class_is_enough(target: list[int]) -> None:
    answers, scores = np.array(target), np.array([0.9, 0.8, 0.1])
    drawn = curves(answers, scores, BINARY)
    assert drawn["roc"][0]["points"] == roc(answers, scores).tolist()
    assert np.array(drawn["pr"][0]["points"]) == pytest.approx(precision_recall(answers, scores), abs=6e-5)


def test_of_two_classes_the_positive_is_predicted_above_one_half() -> None:
    confusion = curves(np.array([1, 1, 0]), np.array([0.5, 0.51, 0.5]), BINARY)["confusion"]
    assert confusion["rows"] == [[1, 0], [1, 1]]


def test_points_have_four_decimals() -> None:
    answers, scores = np.array([1, 0, 0, 1, 0, 1, 0]), np.linspace(0.9, 0.1, 7)
    drawn = curves(answers, scores, BINARY)
    assert drawn["roc"][0]["points"][2:4] == [[0.25, 0.3333], [0.5, 0.3333]]
    assert drawn["pr"][0]["points"][2] == [0.3333, 0.3333]


def test_a_class_that_is_neither_true_nor_predicted_has_its_row_and_column() -> None:
    scores = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1]])
    confusion = curves(np.array([0, 1, 1]), scores, MULTICLASS)["confusion"]
    assert confusion["rows"] == [[1, 0, 0], [1, 1, 0], [0, 0, 0]]


def test_with_only_positive_rows_each_threshold_has_precision_one() -> None:
    points = curves(np.ones(2, dtype=int), np.array([0.2, 0.8]), BINARY)["pr"][0]["points"]
    assert points == [[0.5, 1.0], [1.0, 1.0]]


def check_reliability(bins: list[dict[str, Any]], probability: np.ndarray, outcome: np.ndarray) -> None:
    """Against scikit-learn's calibration curve, the counts of numpy and the interval of scipy."""
    came, said = calibration_curve(outcome, probability, n_bins=10)
    rows = np.histogram(probability, np.linspace(0, 1, 11))[0]
    assert [one["predicted"] for one in bins] == pytest.approx(said)
    assert [one["observed"] for one in bins] == pytest.approx(came)
    assert [one["rows"] for one in bins] == rows[rows > 0].tolist()
    for one in bins:
        interval = binomtest(round(one["observed"] * one["rows"]), one["rows"]).proportion_ci(method="wilson")
        assert (one["low"], one["high"]) == pytest.approx((interval.low, interval.high), abs=5e-5)


def test_the_reliability_is_scikit_learns_with_wilsons_interval() -> None:
    target, scores = binary(400)
    scores = scores + np.random.default_rng(5).uniform(1e-6, 1e-5, 400)  # none on a border, which both take differently
    check_reliability(curves(target, scores, BINARY)["reliability"], scores, target)
    target, scores = multiclass(400)
    right = scores.argmax(axis=1) == target
    check_reliability(curves(target, scores, MULTICLASS)["reliability"], scores.max(axis=1), right)


def test_certainty_is_in_the_last_bin() -> None:
    first, last = curves(np.array([0, 1, 1]), np.array([0.0, 0.95, 1.0]), BINARY)["reliability"]
    assert (first["predicted"], first["rows"], first["low"]) == (0, 1, 0)
    assert (last["predicted"], last["rows"], last["high"]) == (pytest.approx(0.975), 2, 1)
    (five,) = curves(np.ones(5, dtype=int), np.full(5, 0.95), BINARY)["reliability"]
    assert five["high"] == 1  # the formula alone gives 1.0000000000000002


def test_the_residuals_are_actual_minus_predicted() -> None:
    rng = np.random.default_rng(2)
    target = rng.normal(50, 10, 1000)
    scores = target + rng.normal(3, 5, 1000)
    drawn = curves(target, scores, REGRESSION)["residuals"]
    errors = target - scores
    assert len(drawn["points"]) == 360
    pairs = {(float(f"{s:.6g}"), float(f"{t:.6g}")): row for row, (s, t) in enumerate(zip(scores, target, strict=True))}
    rows = [pairs[tuple(point)] for point in drawn["points"]]
    assert rows == sorted(set(rows))
    assert rows != list(range(360))
    assert rows == sorted(np.random.default_rng(0).permutation(1000)[:360])
    counts, edges = np.histogram(errors, bins=20)
    assert drawn["histogram"] == {"from": edges[0], "to": edges[-1], "counts": counts.tolist()}
    expected = {f"{q:g} %": pytest.approx(np.quantile(errors, q / 100)) for q in (2.5, 25, 50, 75, 97.5)}
    assert drawn["quantiles"] == expected


@pytest.mark.parametrize("target", [BINARY, MULTICLASS, REGRESSION])
def test_without_rows_there_are_no_curves(target: Any) -> None:
    assert curves(np.array([]), np.array([]), target) == {}
