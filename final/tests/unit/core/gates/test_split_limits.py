"""The gates of the split: no row on two sides, every class on every side, days in order."""

import math
from typing import Any

import pandas as pd
import pytest

from core.gates.gate import Gate
from core.gates.split import all_gates, in_order
from core.spec.product import Product
from tests.support.small_products import FEATURES, declared

Parts = dict[str, pd.DataFrame]
BY_ID = declared(id="number")


def kind(sides: tuple[list[Any], list[Any], list[Any]]) -> type:
    """The dtype as the reader of tables gives it."""
    return object if any(isinstance(value, str) for values in sides for value in values) else float


def parts(task: str = "binary", **columns: tuple[list[Any], list[Any], list[Any]]) -> Parts:
    """Three parts of two rows or none; each column given as its values in train, validation and holdout."""
    answers: dict[str, tuple[str, list[Any]]] = {
        "binary": ("bought", ["yes", "no"]),
        "regression": ("price", [1.0, 2.0]),
    }
    name, values = answers[task]
    made: dict[str, tuple[list[Any], list[Any], list[Any]]] = {
        "number": (["1", "2"], ["3", "4"], ["5", "6"]),
        "size": ([1.0, 2.0], [3.0, 4.0], [5.0, 6.0]),
        name: (values, values, values),
    }
    made.update(columns)
    return {
        side: pd.DataFrame({column: pd.Series(sides[at], dtype=kind(sides)) for column, sides in made.items()}).dropna()
        for at, side in enumerate(("train", "validation", "holdout"))
    }


def test_parts_that_are_apart_and_complete_pass() -> None:
    assert all_gates(parts(), BY_ID) == [
        Gate("split: rows on two sides", "0", "0", True, ""),
        Gate("split: classes lacking", "0", "0", True, ""),
    ]


@pytest.mark.parametrize(
    ("ids", "shared"),
    [
        ((["1", "2"], ["2", "3"], ["4", "5"]), 1),
        ((["1", "2"], ["3", "4"], ["2", "5"]), 1),
        ((["1", "2"], ["3", "4"], ["4", "3"]), 2),
        ((["1", "2"], ["1", "3"], ["1", "4"]), 3),
        ((["1", "1"], ["2", "3"], ["4", "5"]), 0),
    ],
)
def test_an_id_on_two_sides_fails(ids: tuple[list[str], list[str], list[str]], shared: int) -> None:
    apart = all_gates(parts(number=ids), BY_ID)[0]
    assert (apart.name, apart.value, apart.threshold) == ("split: rows on two sides", str(shared), "0")
    assert apart.passed is (shared == 0)
    assert apart.detail == ("Rows with the same id are on two sides of the split" if shared else "")


def test_without_an_id_the_whole_row_counts() -> None:
    sizes = ([1.0, 2.0], [3.0, 2.0], [5.0, 6.0])
    product, ids = declared(), (["a", "b"], ["a", "c"], ["a", "b"])
    assert all_gates(parts(number=ids), product)[0].passed
    assert all_gates(parts(number=ids, size=sizes), product)[0].passed
    again = (["a", "b"], ["a", "b"], ["a", "d"])
    assert all_gates(parts(number=again, size=sizes), product)[0].value == "1"


@pytest.mark.parametrize(
    ("answers", "lacking"),
    [
        ((["yes", "yes"], ["yes", "no"], ["yes", "no"]), ["no in train"]),
        ((["yes", "no"], ["yes", "no"], ["no", "no"]), ["yes in holdout"]),
        ((["yes", "no"], [], ["no", "no"]), ["no in validation", "yes in validation", "yes in holdout"]),
    ],
)
def test_a_class_that_a_side_lacks_is_named(answers: Any, lacking: list[str]) -> None:
    complete = all_gates(parts(bought=answers), BY_ID)[1]
    assert (complete.name, complete.value, complete.threshold) == ("split: classes lacking", str(len(lacking)), "0")
    assert not complete.passed
    assert complete.detail.startswith(f"{', '.join(lacking)}: get more rows, ")


def test_classes_that_are_numbers_are_compared_as_text() -> None:
    product = declared(id="number", target={"name": "bought", "task": "binary", "values": [0, 1], "positive": 1})
    assert all_gates(parts(bought=(["0", "1"], ["1", "0"], ["0", "1"])), product)[1].passed


def test_a_number_that_never_varies_on_a_side_is_named() -> None:
    product = declared("regression", id="number")
    assert all_gates(parts("regression"), product)[1].passed
    constant = all_gates(parts("regression", price=([1.0, 2.0], [1.5, 1.5], [3.0, 3.0])), product)[1]
    assert (constant.value, constant.passed) == ("2", False)
    assert constant.detail.startswith("price is 1.5 in all of validation, price is 3 in all of holdout: get more rows")
    # without weights nothing is said of rows that do not count
    assert all_gates(parts("regression", price=([1.0, 2.0], [], [3.0, 4.0])), product)[1].passed


def test_a_side_of_one_row_never_varies() -> None:
    complete = all_gates(parts("regression", price=([1.0, 2.0], [4.0, math.nan], [2.0, 3.0])), declared("regression"))[
        1
    ]
    assert complete.detail.startswith("price is 4 in all of validation: ")


DAY = {"day": {"type": "date"}}
BY_DAY = declared(id="number", features={**FEATURES, **DAY}, split={"by": "day"})


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        ((["2020-01-01", "2020-01-02"], ["2020-01-03", "2020-01-04"], ["2020-01-05", "2020-01-06"]), 0),
        ((["2020-01-01", "2020-01-03"], ["2020-01-03", "2020-01-04"], ["2020-01-05", "2020-01-06"]), 1),
        ((["2020-01-01", "2020-01-02"], ["2020-01-03", "2020-01-05"], ["2020-01-04", "2020-01-05"]), 2),
        ((["2020-01-09", "2020-01-02"], ["2020-01-03", "2020-01-04"], ["2020-01-03", "2020-01-06"]), 3),
        ((["2020-01-09", "2020-01-02"], [], ["2020-01-03", "2020-01-06"]), 0),
    ],
)
def test_a_day_that_is_not_later_than_the_part_before_fails(days: Any, wrong: int) -> None:
    gate = in_order(parts(day=days), BY_DAY)
    assert (gate.name, gate.value, gate.threshold) == ("split: in the order of time", str(wrong), "0")
    assert gate.passed is (wrong == 0)
    assert (" day is not later " in gate.detail) is (wrong > 0)
    assert bool(gate.detail) is (wrong > 0)


def test_the_order_is_judged_where_rows_are_split_by_time() -> None:
    days = (["2020-01-01", "2020-01-03"], ["2020-01-03", "2020-01-04"], ["2020-01-05", "2020-01-06"])
    kept = parts(day=days)

    def names(product: Product) -> list[str]:
        return [gate.name for gate in all_gates(kept, product)]

    assert names(BY_ID) == ["split: rows on two sides", "split: classes lacking"]
    assert names(BY_DAY) == [*names(BY_ID), "split: in the order of time"]
    assert all_gates(kept, BY_DAY)[2] == in_order(kept, BY_DAY)
