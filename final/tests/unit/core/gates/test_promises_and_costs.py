"""The gates on what a group is promised, and on what decisions cost: just above and just below their limit."""

import math
from typing import Any

import pytest

from core.gates.gate import Gate
from core.gates.model import all_gates, coverage, decisions
from tests.support.small_products import declared

GATES = {"floor": 0.75}


def of_groups(*parts: dict[str, Any]) -> list[Gate]:
    kept = {"rows": 188, "covered": 0.9, "least": 0.824, "slices": list(parts)}
    return coverage({"coverage": kept}, declared(gates=GATES, coverage=0.9))[1:]


@pytest.mark.parametrize(("covered", "passes"), [(0.71, True), (0.7099, False), (math.nan, False)])
def test_a_promise_to_a_group_is_judged_by_the_groups_limit(covered: float, passes: bool) -> None:
    promised = {"column": "shape", "value": "round", "rows": 40, "covered": covered, "least": 0.71}
    of_all = {"column": "shape", "value": "square", "rows": 40, "covered": 0.1}
    (gate,) = of_groups(promised, of_all)
    assert (gate.name, gate.value, gate.threshold) == ("slice: coverage of shape=round", f"{covered:.3f}", ">= 0.710")
    assert gate.passed is passes
    assert gate.detail == (
        f"Sets or intervals of these rows hold the truth in {covered:.3f} of 40: those of the hold-out are not like "
        "those of the training, or gates.slices has a column whose groups change over time"
    )


def test_without_a_promise_to_a_group_none_is_judged() -> None:
    assert of_groups() == of_groups({"column": "shape", "value": "square", "rows": 40, "covered": 0.1}) == []


def test_each_group_with_a_promise_has_a_gate_of_its_own() -> None:
    parts = [{"column": "shape", "value": value, "rows": 40, "covered": 0.8, "least": 0.7} for value in "ab"]
    assert [gate.name for gate in of_groups(*parts)] == ["slice: coverage of shape=a", "slice: coverage of shape=b"]


COSTS = {"costs": {"missed": 5, "false_alarm": 1}}


@pytest.mark.parametrize(("cost", "passes"), [(0.4, True), (0.4001, False), (math.nan, False)])
@pytest.mark.parametrize(("always", "never", "way"), [(0.4, 0.9, "always"), (0.9, 0.4, "never")])
def test_decisions_cost_no_more_than_the_same_one_of_every_row(
    cost: float, passes: bool, always: float, never: float, way: str
) -> None:
    figures = {"decision": {"cost": cost, "always": always, "never": never}}
    (gate,) = decisions(figures, declared(gates=GATES, decision=COSTS))
    assert (gate.name, gate.value, gate.threshold) == ("model: cost of a decision", f"{cost:.3f}", "<= 0.400")
    assert gate.passed is passes
    assert gate.detail == (
        f"Deciding {way} for the positive class is cheaper: get more rows or features, or correct decision.costs"
    )


@pytest.mark.parametrize("decision", [None, {"threshold": 0.3}])
def test_without_costs_no_decision_is_judged(decision: dict[str, Any] | None) -> None:
    keys: dict[str, Any] = {} if decision is None else {"decision": decision}
    assert decisions({}, declared(gates=GATES, **keys)) == []


def test_both_are_among_all_gates_of_a_model() -> None:
    part = {"column": "shape", "value": "round", "rows": 40, "covered": 0.9, "least": 0.7}
    figures = {
        "metrics": {"accuracy": {"value": 0.8}},
        "baseline": {"accuracy": 0.6},
        "megabytes": 1.0,
        "slices": [],
        "behaviour": [],
        "coverage": {"rows": 188, "covered": 0.9, "least": 0.8, "slices": [part]},
        "decision": {"cost": 0.3, "always": 0.4, "never": 0.9},
    }
    names = [gate.name for gate in all_gates(figures, declared(gates=GATES, coverage=0.9, decision=COSTS))]
    assert names == [
        "model: accuracy",
        "model: above baseline",
        "model: megabytes",
        "model: coverage",
        "slice: coverage of shape=round",
        "model: cost of a decision",
    ]
