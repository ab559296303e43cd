"""Weighted figures of a hold-out: of whole weights those of repeated rows, of equal weights those without weights."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from core.metrics.bootstrap import counts, intervals, paired_confidence
from core.metrics.classes import codes
from core.metrics.curves import curves, precision_recall, roc
from core.metrics.evaluate import beside_linear, evaluate, trivial
from core.metrics.metrics import ece, value
from core.metrics.weights import mean_and_error, row_weights, scaled
from core.spec.metric_names import of_task
from tests.support.small_products import declared

SLICES: dict[str, Any] = {"slices": {"floors": {"shape": 0.1}}}
GATES: dict[str, dict[str, Any]] = {
    "binary": {"floor": 0.5, **SLICES},
    "multiclass": {"floor": 0.5, **SLICES},
    "regression": {"metric": "rmse", "ceiling": 9, "slices": {"ceilings": {"shape": 9}}},
}


def a_tested_table(task: str, rows: int = 60) -> tuple[pd.DataFrame, np.ndarray]:
    """A hold-out with whole weights from 0 to 3, and scores."""
    rng = np.random.default_rng(0)
    target = declared(task).target
    drawn = rng.integers(0, max(2, len(target.values)), rows)
    answers = 9.0 * drawn + rng.random(rows) if task == "regression" else np.array(target.values, dtype=object)[drawn]
    table = pd.DataFrame(
        {
            "size": rng.random(rows),
            "shape": rng.choice(np.array(["round", "square"], dtype=object), rows),
            "w": rng.integers(0, 4, rows).astype(float),
            target.name: answers,
        }
    )
    if task == "multiclass":
        raw = rng.random((rows, 3)) + np.eye(3)[drawn]
        return table, raw / raw.sum(axis=1, keepdims=True)
    return table, rng.random(rows) if task == "binary" else answers + rng.normal(size=rows)


def low_of(part: dict[str, Any]) -> float:
    return float(part["low"])


def test_a_row_counts_as_its_column_says_or_once() -> None:
    table = pd.DataFrame({"size": [1.0, 2.0], "w": [0.5, 2.0]})
    assert row_weights(table, declared(weight="w").contract).tolist() == [0.5, 2.0]
    assert row_weights(table, declared().contract).tolist() == [1.0, 1.0]
    assert row_weights(table.assign(w=[1, 2]), declared(weight="w").contract).dtype == float


def test_weights_are_scaled_to_a_mean_of_one_and_equal_ones_are_none() -> None:
    weights = scaled(np.array([1.0, 3.0]))
    assert weights is not None
    assert weights.tolist() == [0.5, 1.5]
    for equal in (None, np.full(3, 0.1), np.zeros(2), np.ones(0)):
        assert scaled(equal) is None


def test_the_error_of_a_mean_is_that_of_independent_rows() -> None:
    values = np.array([1.0, 2.0, 4.0, 9.0])
    plain = (values.mean(), values.std() / 2)
    assert mean_and_error(values) == pytest.approx(plain)
    assert mean_and_error(values, np.full(4, 7.0)) == pytest.approx(plain)
    mean, error = mean_and_error(values, np.array([1.0, 1.0, 0.0, 0.0]))
    assert (mean, error) == pytest.approx((1.5, 0.5 / np.sqrt(2)))


@pytest.mark.parametrize("task", GATES)
def test_whole_weights_are_repeated_rows(task: str) -> None:
    table, scores = a_tested_table(task)
    places = np.repeat(np.arange(len(table)), table["w"].astype(int))
    weighted = declared(task, gates=GATES[task], weight="w")
    target = codes(table[weighted.target.name], weighted.target)
    figures = evaluate(table, target, scores, weighted)
    repeated = evaluate(table.iloc[places], target[places], scores[places], declared(task, gates=GATES[task]))
    for name in of_task(weighted.target.task):
        assert figures["metrics"][name]["value"] == pytest.approx(repeated["metrics"][name]["value"])
        assert figures["baseline"][name] == pytest.approx(repeated["baseline"][name], nan_ok=True)
    assert figures["ece"] == (None if task == "regression" else pytest.approx(repeated["ece"]))
    name = weighted.slice_metric
    assert [part[name] for part in figures["slices"]] == pytest.approx([part[name] for part in repeated["slices"]])
    assert figures["rows"] == len(table)
    assert sum(part["rows"] for part in figures["slices"]) == (table["w"] > 0).sum()


@pytest.mark.parametrize("task", GATES)
def test_equal_weights_are_none_in_every_figure(task: str) -> None:
    table, scores = a_tested_table(task)
    target = codes(table[declared(task).target.name], declared(task).target)
    plain = evaluate(table, target, scores, declared(task, gates=GATES[task]))
    for weight in (1.0, 7.0, 0.1):
        same = evaluate(table.assign(w=weight), target, scores, declared(task, gates=GATES[task], weight="w"))
        for name, figures in plain["metrics"].items():
            assert same["metrics"][name] == pytest.approx(figures), weight
            assert same["baseline"][name] == pytest.approx(plain["baseline"][name], nan_ok=True), weight
        assert same["ece"] == (None if task == "regression" else pytest.approx(plain["ece"])), weight
        assert [low_of(part) for part in same["slices"]] == pytest.approx([low_of(part) for part in plain["slices"]])


def test_a_resample_draws_rows_alike_and_counts_them_by_weight() -> None:
    weights = np.array([0.0, 1.0, 3.0, 4.0])
    for plain, weighted in zip(counts(4, 50), counts(4, 50, weights=weights), strict=True):
        assert weighted == pytest.approx(plain * weights / 2)


def test_an_interval_is_of_the_weighted_metric() -> None:
    """Rows without weight are not in it: a metric that is right in all others is certain."""
    target = np.array([1, 0] * 20)
    scores = np.where(np.arange(40) < 30, target, 1 - target).astype(float)
    weights = (np.arange(40) < 30).astype(float)
    certain = intervals(["accuracy"], target, scores, weights)["accuracy"]
    assert asdict(certain) == pytest.approx({"value": 1.0, "low": 1.0, "high": 1.0})
    assert intervals(["accuracy"], target, scores)["accuracy"].low < 0.75


def test_a_comparison_is_of_weighted_rows() -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(size=100)
    first = np.arange(100) < 50
    new, old = np.where(first, target, target + 3), np.where(first, target + 1, target + 1)
    assert paired_confidence("mae", target, new, old, 200) < 0.1
    assert paired_confidence("mae", target, new, old, 200, weights=first + 0.01) > 0.9
    assert paired_confidence("mae", target, new, old, 200, weights=np.full(100, 7.0)) == paired_confidence(
        "mae", target, new, old, 200
    )


def test_a_linear_model_is_beaten_or_not_where_rows_count() -> None:
    target = np.random.default_rng(0).normal(size=100)
    first = np.arange(100) < 50
    new, linear = np.where(first, target, target + 3), target + 1
    plain = beside_linear(1.0, 1.0, target, new, linear, "mae")
    counted = beside_linear(1.0, 1.0, target, new, linear, "mae", first + 0.01)
    assert max(plain.values()) < 0.1
    assert min(counted.values()) > 0.9


@pytest.mark.filterwarnings("error")
def test_rows_that_do_not_count_give_no_figure() -> None:
    target, scores = np.array([1.0, 2.0]), np.array([1.0, 1.0])
    for name in of_task("regression"):
        assert np.isnan(value(name, target, scores, np.zeros(2)))


def test_the_calibration_error_weighs_rows() -> None:
    target, scores = np.array([1, 0, 0]), np.array([0.9, 0.2, 0.5])
    weights = np.array([2.0, 3.0, 0.0])
    assert ece(target, scores, weights=weights) == pytest.approx((2 * 0.1 + 3 * 0.2) / 5)


def test_the_trivial_model_knows_weighted_shares() -> None:
    weights = np.array([1.0, 2.0, 5.0])
    assert trivial("multiclass", np.array([0, 1, 1]), 3, weights)[0].tolist() == [1 / 8, 7 / 8, 0]
    assert trivial("regression", np.array([8.0, 4.0, 0.0]), 0, weights).tolist() == [2, 2, 2]


def test_the_curves_are_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    positive, score, weights = rng.random(50) > 0.5, rng.random(50), rng.random(50)
    false_rate, true_rate, _ = roc_curve(positive, score, sample_weight=weights, drop_intermediate=False)
    assert np.array(roc(positive, score, weights)) == pytest.approx(np.column_stack([false_rate, true_rate]), abs=6e-5)
    precision, recall, _ = precision_recall_curve(positive, score, sample_weight=weights)
    expected = np.column_stack([recall, precision])[-2::-1]
    assert np.array(precision_recall(positive, score, weights)) == pytest.approx(expected, abs=6e-5)
    of_classes = curves(positive.astype(int), score, declared().target, weights)
    assert of_classes["roc"][0]["points"] == roc(positive, score, weights)
    assert of_classes["pr"][0]["points"] == precision_recall(positive, score, weights)
