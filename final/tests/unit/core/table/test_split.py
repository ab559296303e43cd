"""Rows of one group are on one side of a split, by hash and by time; the order of the lines changes nothing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.gates.split import all_gates
from core.search.cross_validation import folds_like
from core.spec.product import Product, Split
from core.table.split import split
from tests.support.small_products import FEATURES, declared

DAY = {"day": {"type": "date"}}


def grouped(**keys: Any) -> Product:
    return declared(ignore=["who"], features={**FEATURES, **DAY}, split={"group": "who", **keys})


def table(groups: int, rows: int = 400) -> pd.DataFrame:
    """Rows of a group on one day each; groups begin one after the other."""
    rng = np.random.default_rng(0)
    group = np.arange(rows) * groups // rows
    made = {
        "who": np.array([f"W{number}" for number in group], dtype=object),
        "size": rng.normal(size=rows),
        "shape": rng.choice(np.array(["round", "square"], dtype=object), rows),
        "day": np.array([f"2020-{1 + number // 28:02d}-{1 + number % 28:02d}" for number in group], dtype=object),
        "bought": rng.choice(np.array(["yes", "no"], dtype=object), rows),
    }
    return pd.DataFrame(made)


@pytest.mark.parametrize("by", [None, "day"])
@pytest.mark.parametrize("groups", [20, 40, 200])
def test_a_group_is_on_one_side_and_the_gates_pass(groups: int, by: str | None) -> None:
    rows = table(groups)
    product = grouped(by=by)
    parts = split(rows, product)
    assert sum(map(len, parts.values())) == len(rows)
    assert sum(part["who"].nunique() for part in parts.values()) == groups
    assert 0.1 < len(parts["holdout"]) / len(rows) < 0.3
    assert [gate.name for gate in all_gates(parts, product) if not gate.passed] == []


def test_the_order_of_the_lines_changes_no_part() -> None:
    rows = table(40)
    for product in (grouped(), declared(features={**FEATURES, **DAY}, split={"by": "day"})):
        parts = split(rows, product)
        turned = split(rows.iloc[::-1], product)
        assert {name: set(part.index) for name, part in parts.items()} == {
            name: set(part.index) for name, part in turned.items()
        }


def test_parts_by_time_are_in_its_order() -> None:
    rows = table(400).sample(frac=1, random_state=0)
    parts = split(rows, declared(features={**FEATURES, **DAY}, split={"by": "day"}))
    days = pd.concat([parts[name] for name in ("train", "validation", "holdout")])["day"]
    assert list(days) == sorted(rows["day"])


def test_a_row_without_a_group_is_a_group_of_its_own() -> None:
    rows = table(40).assign(who=pd.Series([None] * 400, dtype=object))
    parts = split(rows, grouped())
    assert len(parts["train"]) > len(parts["holdout"]) > 20
    assert all(gate.passed for gate in all_gates(parts, grouped()))


def test_groups_that_go_on_together_have_no_border_in_time() -> None:
    rows = table(40)
    rows["day"] = [f"2020-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in range(len(rows))]
    gate = all_gates(split(rows, grouped(by="day")), grouped(by="day"))[-1]
    assert (gate.name, gate.passed) == ("split: in the order of time", False)
    assert "The groups of who go on while later ones begin" in gate.detail


@pytest.mark.parametrize(("late", "passes"), [(20, True), (80, False)])
def test_groups_may_end_a_little_later_than_the_next_part_begins(late: int, passes: bool) -> None:
    rows = table(100)
    rows.loc[range(1, 4 * late, 4), "day"] = "2020-12-31"
    gate = all_gates(split(rows, grouped(by="day")), grouped(by="day"))[-1]
    assert (gate.name, gate.passed) == ("split: in the order of time", passes)


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("by", [None, "day"])
def test_no_fold_of_a_search_has_a_group_on_both_sides(task: Any, by: str | None) -> None:
    rows = table(40)
    actual = (rows["bought"] == "yes").to_numpy()
    made = list(folds_like(rows, actual, task, Split(by=by, group="who")))
    assert len(made) == 3
    for inside, outside in made:
        assert not set(rows["who"].iloc[inside]) & set(rows["who"].iloc[outside])
        assert len(inside)
