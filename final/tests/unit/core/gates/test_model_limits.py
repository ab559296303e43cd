"""The model gates on figures: each just above and just below its limit, NaN, and where nothing could be judged."""

import math
from typing import Any

import pytest

from core.gates.gate import Gate
from core.gates.model import all_gates, beside_linear, budget, calibration, coverage, found_slices, metric, slices
from core.spec.product import Product
from tests.support.small_products import FEATURES, declared


def figures(name: str = "accuracy", value: float = 0.8, trivial: float = 0.6, **keys: Any) -> dict[str, Any]:
    made = {
        "metrics": {name: {"value": value, "low": value, "high": value}},
        "baseline": {name: trivial},
        "ece": 0.05,
        "megabytes": 1.5,
        "slices": [],
        "behaviour": [],
    }
    return {**made, **keys}


def product(task: str = "binary", **gates: Any) -> Product:
    return declared(task, gates={"floor": 0.75, **gates})


@pytest.mark.parametrize(("value", "passes"), [(0.75, True), (0.7499, False), (math.nan, False)])
def test_the_metric_keeps_its_floor(value: float, passes: bool) -> None:
    limit, better = metric(figures(value=value, trivial=0.6), product())
    assert (limit.name, limit.value, limit.threshold) == ("model: accuracy", f"{value:.3f}", ">= 0.750")
    assert limit.passed is passes
    assert limit.detail == "Add rows or better features, or change the limit under gates in product.yaml"
    assert better.passed is not math.isnan(value)


@pytest.mark.parametrize(("value", "passes"), [(2.0, True), (2.001, False), (math.nan, False)])
def test_an_error_keeps_its_ceiling(value: float, passes: bool) -> None:
    keeps = product("regression", metric="rmse", ceiling=2, floor=None)
    limit, better = metric(figures("rmse", value, 5.0), keeps)
    assert (limit.name, limit.threshold) == ("model: rmse", "<= 2.000")
    assert limit.passed is passes
    assert better.passed is not math.isnan(value)


@pytest.mark.parametrize(("trivial", "passes"), [(0.675, True), (0.676, False), (0.9, False), (math.nan, False)])
def test_a_model_is_better_than_the_trivial_one(trivial: float, passes: bool) -> None:
    _, better = metric(figures(value=0.8, trivial=trivial), product(above_baseline=0.125))
    assert better.passed is passes
    assert (better.name, better.threshold) == ("model: above baseline", ">= 0.125")
    assert better.value == f"{0.8 - trivial:.3f}"
    assert better.detail == f"Always answering the commonest class gives accuracy {trivial:.3f}"


@pytest.mark.parametrize(("trivial", "passes"), [(3.5, True), (3.49, False), (1.0, False)])
def test_an_error_is_smaller_than_the_trivial_models(trivial: float, passes: bool) -> None:
    keeps = product("regression", metric="mae", ceiling=9, floor=None, above_baseline=1.5)
    _, better = metric(figures("mae", 2.0, trivial), keeps)
    assert better.passed is passes
    assert better.detail == f"Always answering the mean gives mae {trivial:.3f}"


def test_what_is_as_good_as_the_trivial_model_passes_where_nothing_more_is_asked() -> None:
    assert metric(figures(value=0.8, trivial=0.8), product())[1].passed
    assert not metric(figures(value=0.8, trivial=0.8001), product())[1].passed


@pytest.mark.parametrize(("error", "passes"), [(0.1, True), (0.1001, False), (math.nan, False)])
def test_the_calibration_error_keeps_its_limit(error: float, passes: bool) -> None:
    (gate,) = calibration(figures(ece=error), product(calibration={"max_ece": 0.1}))
    assert (gate.name, gate.value, gate.threshold) == ("model: calibration error", f"{error:.3f}", "<= 0.100")
    assert gate.passed is passes
    why = "Predicted probabilities differ from the observed shares: see the reliability plot under Calibration"
    assert gate.detail == why


def test_without_a_limit_the_calibration_is_not_judged() -> None:
    assert calibration(figures(ece=1.0), product()) == []


def part(value: str, rows: int, measured: float, column: str = "shape", name: str = "accuracy") -> dict[str, Any]:
    return {"column": column, "value": value, "rows": rows, name: measured}


@pytest.mark.parametrize(("measured", "passes"), [(0.6, True), (0.599, False), (math.nan, False)])
def test_each_group_keeps_its_floor(measured: float, passes: bool) -> None:
    judged = figures(slices=[part("round", 20, measured), part("square", 25, 0.9)])
    first, second = slices(judged, product(slices={"floors": {"shape": 0.6}}))
    assert (first.name, first.threshold) == ("slice: shape=round", ">= 0.600")
    assert first.passed is passes
    assert first.detail == "accuracy over 20 rows of the hold-out"
    assert second == Gate("slice: shape=square", "0.900", ">= 0.600", True, "accuracy over 25 rows of the hold-out")


@pytest.mark.parametrize(("measured", "passes"), [(3.0, True), (3.001, False)])
def test_each_group_keeps_its_ceiling(measured: float, passes: bool) -> None:
    keeps = product("regression", slices={"metric": "rmse", "ceilings": {"shape": 3}, "min_rows": 5})
    (gate,) = slices(figures("r2", slices=[part("round", 5, measured, name="rmse")]), keeps)
    assert (gate.name, gate.threshold, gate.passed) == ("slice: shape=round", "<= 3.000", passes)
    assert gate.detail == "rmse over 5 rows of the hold-out"


def test_a_group_of_few_rows_is_not_judged() -> None:
    keeps = product(slices={"floors": {"shape": 0.6}, "min_rows": 30})
    judged = figures(slices=[part("round", 29, 0.1), part("square", 30, 0.7), part("7", 99, 0.1, column="size")])
    assert [(gate.name, gate.passed) for gate in slices(judged, keeps)] == [("slice: shape=square", True)]


def test_a_column_without_a_large_group_fails() -> None:
    keeps = product(slices={"floors": {"shape": 0.6}, "min_rows": 30})
    (gate,) = slices(figures(slices=[part("round", 29, 1.0)]), keeps)
    assert (gate.name, gate.value, gate.threshold, gate.passed) == ("slice: shape", "no group", ">= 0.600", False)
    assert gate.detail.startswith("No group of shape has 30 rows in the hold-out")
    errors = product("regression", slices={"ceilings": {"shape": 3}})
    (gate,) = slices(figures("r2"), errors)
    assert (gate.threshold, gate.passed) == ("<= 3.000", False)


def test_a_column_that_the_model_has_not_is_not_judged() -> None:
    keeps = declared(
        gates={"floor": 0.5, "slices": {"floors": {"shape": 0.6, "size": 0.6}}},
        feature_set="few",
        feature_sets={"few": ["size"]},
    )
    judged = figures(slices=[part("1", 40, 0.7, column="size")])
    assert [gate.name for gate in slices(judged, keeps)] == ["slice: size=1"]


def test_all_gates_of_a_model_are_judged_together() -> None:
    keeps = product(calibration={"max_ece": 0.1}, slices={"floors": {"shape": 0.6}})
    behaved = [{"kind": "direction", "column": "size", "rows": 9, "share": 1.0, "wanted": 0.9}]
    gates = all_gates(figures(slices=[part("round", 20, 0.9)], behaviour=behaved), keeps)
    assert [gate.name for gate in gates] == [
        "model: accuracy",
        "model: above baseline",
        "model: megabytes",
        "model: calibration error",
        "slice: shape=round",
        "behaviour: direction of size",
    ]
    assert all(gate.passed for gate in gates)


@pytest.mark.parametrize(("share", "passes"), [(0.005, True), (0.0049, False), (0.0, False), (math.nan, False)])
def test_a_linear_model_is_not_clearly_better(share: float, passes: bool) -> None:
    (gate,) = beside_linear(figures(beside_linear={"not_worse": share}, linear={"accuracy": 0.91}), product())
    assert (gate.name, gate.threshold, gate.passed) == ("model: beside a linear one", ">= 0.005", passes)
    assert "has accuracy 0.910, this one 0.800: set model: {estimator: linear} in product.yaml" in gate.detail
    assert not beside_linear(
        figures(beside_linear={"not_worse": 0.3}, linear={"accuracy": 0.8}), product(beside_linear=0.4)
    )[0].passed


def test_figures_of_a_run_before_there_was_such_a_gate_are_not_judged_by_it() -> None:
    assert beside_linear(figures(linear={"accuracy": 0.91}), product()) == []


@pytest.mark.parametrize(("size", "passes"), [(3.0, True), (3.001, False)])
def test_a_model_keeps_its_size(size: float, passes: bool) -> None:
    (gate,) = budget(figures(megabytes=size), product(budget={"megabytes": 3}))
    assert (gate.name, gate.value, gate.threshold) == ("model: megabytes", f"{size:.3f}", "<= 3.000")
    assert gate.passed is passes
    assert gate.detail.startswith("Fewer iterations")
    assert budget(figures(megabytes=200.0), product())[0].passed
    assert not budget(figures(megabytes=200.1), product())[0].passed


@pytest.mark.parametrize(("spent", "value"), [(5.0, "kept"), (1.0, "kept"), (5.25, "5.2"), (math.nan, "nan")])
def test_a_time_that_differs_between_runs_is_in_no_verdict_that_passed(spent: float, value: str) -> None:
    _, gate = budget(figures(microseconds=spent), product(budget={"microseconds": 5}))
    assert (gate.name, gate.value, gate.threshold) == ("model: microseconds a row", value, "<= 5")
    assert gate.passed is (value == "kept")
    assert gate.detail.startswith("Fewer iterations or model: {quality: fast}")


def weak(**excess: float) -> dict[str, Any]:
    worst = [{"group": name, "rows": 40, "errors": 0.1 + more, "elsewhere": 0.1} for name, more in excess.items()]
    return figures(weak={"looked_at": 9, "worst": worst})


def test_the_weakest_of_the_found_groups_is_judged() -> None:
    keeps = product(slices={"searched": 0.25})
    (gate,) = found_slices(weak(first=0.2, second=0.26, third=0.1), keeps)
    assert (gate.name, gate.value, gate.threshold) == ("slice: found by search", "0.260", "<= 0.250")
    assert not gate.passed
    assert gate.detail.startswith("The model errs more often where second: ")
    assert found_slices(weak(first=0.2), keeps)[0].passed
    assert found_slices(weak(), keeps) == [Gate("slice: found by search", "none", "<= 0.250", True)]
    assert found_slices(weak(first=0.9), product()) == []


def test_a_promise_is_judged_but_for_later_rows() -> None:
    kept = figures(coverage={"rows": 188, "covered": 0.823, "least": 0.824, "slices": []})
    assert coverage(kept, product()) == []
    (gate,) = coverage(kept, declared(gates={"floor": 0.75}, coverage=0.9))
    assert gate == Gate(
        "model: coverage",
        "0.823",
        ">= 0.824",
        False,
        "Sets or intervals that promise 0.9 hold the truth in 0.823 of 188 rows: the hold-out is not like the rows of "
        "the training, as after a change over time; split: {by: DATE} shows whether",
    )
    later = declared(
        features={**FEATURES, "day": {"type": "date"}}, split={"by": "day"}, coverage=0.9, gates={"floor": 0.75}
    )
    assert coverage(kept, later) == [Gate("model: coverage", "0.823", "split by time: not judged", True)]
