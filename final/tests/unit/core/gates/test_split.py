"""A split that leaks is a fault of code, not of a table: it is made here, and the gates must see it."""

import pandas as pd
import pytest

from core.gates.gate import Gate
from core.gates.split import all_gates
from core.spec.yaml_file import load
from core.table.split import split
from tests.support.titanic import declared, snapshot

ROWS = pd.DataFrame({"PassengerId": ["1", "2", "3", "4"], "Survived": ["0", "1", "0", "1"]})
TITANIC = declared()
BY_TIME = load("temperatures")
PARTS = ("train", "validation", "holdout")


def verdict(name: str, parts: dict[str, pd.DataFrame], product: object = TITANIC) -> Gate:
    (gate,) = [gate for gate in all_gates(parts, product) if gate.name == f"split: {name}"]  # type: ignore[arg-type]
    return gate


@pytest.fixture
def parts() -> dict[str, pd.DataFrame]:
    """Three parts that share no id and have both classes."""
    return {name: ROWS.assign(PassengerId=name + ROWS["PassengerId"]) for name in PARTS}


@pytest.mark.parametrize("leaky", ["train", "validation"])
def test_a_row_on_two_sides_is_counted(leaky: str, parts: dict[str, pd.DataFrame]) -> None:
    assert verdict("rows on two sides", parts) == Gate("split: rows on two sides", "0", "0", True)
    parts["holdout"] = pd.concat([parts["holdout"], parts[leaky].head(2)])
    gate = verdict("rows on two sides", parts)
    assert (gate.value, gate.threshold, gate.passed) == ("2", "0", False)
    assert gate.detail == "Rows with the same id are on two sides of the split"


def test_a_class_that_a_part_has_not_is_counted(parts: dict[str, pd.DataFrame]) -> None:
    assert verdict("classes lacking", parts) == Gate("split: classes lacking", "0", "0", True)
    parts["validation"] = parts["validation"].query("Survived == '0'")
    gate = verdict("classes lacking", parts)
    assert (gate.value, gate.passed) == ("1", False)
    assert gate.detail.startswith("1 in validation: get more rows")


def test_a_part_of_a_regression_whose_target_never_changes_is_named() -> None:
    rows = pd.DataFrame({name: ["1", "2"] for name in [BY_TIME.id, BY_TIME.split.by] if name})
    target = BY_TIME.target.name
    parts = {name: rows.assign(**{target: [20.5, 21.5]}) for name in PARTS}
    assert verdict("classes lacking", parts, BY_TIME).passed
    parts["train"] = rows.assign(**{target: 20.5})
    gate = verdict("classes lacking", parts, BY_TIME)
    assert (gate.value, gate.passed) == ("1", False)
    assert f"{target} is 20.5 in all of train: get more rows, or change the shares" in gate.detail


def test_the_split_of_the_real_table_passes_and_a_hold_out_of_two_rows_does_not() -> None:
    assert all(gate.passed for gate in all_gates(split(snapshot(), TITANIC), TITANIC))
    tiny = declared(("holdout: 0.2", "holdout: 0.002"))
    gate = verdict("classes lacking", split(snapshot(), tiny), tiny)
    assert not gate.passed
    assert "in holdout: get more rows, or change the shares under split" in gate.detail


def test_a_split_by_time_tests_on_later_days_than_it_learns_from() -> None:
    days = [f"2020-01-{day:02d}" for day in (5, 3, 1, 2, 4, 9, 7, 8, 6, 10) for _ in range(3)]
    rows = pd.DataFrame({"date": days, **dict.fromkeys(["city", "today", "change", "mean_7", "tomorrow"], 0)})
    parts = split(rows, BY_TIME)
    assert sum(map(len, parts.values())) == len(rows)
    assert max(parts["train"]["date"]) < min(parts["validation"]["date"])
    assert max(parts["validation"]["date"]) < min(parts["holdout"]["date"])
    assert verdict("in the order of time", parts, BY_TIME).passed
    mixed = {**parts, "train": parts["holdout"], "holdout": parts["train"]}
    gate = verdict("in the order of time", mixed, BY_TIME)
    assert not gate.passed
    assert "whose date is not later than all of the part before" in gate.detail
