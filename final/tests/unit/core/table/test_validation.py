"""The contract check: each kind of breach by column, reason, lines and count, and nothing where it is kept."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.spec.product import Product
from core.table.finding import Finding
from core.table.validation import check
from tests.support.small_products import declared

FEATURES: dict[str, dict[str, Any]] = {
    "amount": {"type": "number", "min": 0, "max": 10},
    "free": {"type": "number", "nullable": True},
    "pieces": {"type": "integer", "min": 1, "max": 5},
    "room": {"type": "category", "values": ["a", 2, "c"]},
    "new": {"type": "boolean"},
    "day": {"type": "date"},
    "note": {"type": "text", "max_length": 4, "nullable": True},
}


def product(task: str = "binary", **keys: Any) -> Product:
    return declared(task, features=FEATURES, id="number", **keys)


def table(**columns: list[Any]) -> pd.DataFrame:
    """Four rows that keep the contract, with `columns` in place of theirs; dtypes as the reader gives them."""
    rows: dict[str, list[Any]] = {
        "number": ["1", "2", "3", "4"],
        "amount": [0.0, 10.0, 5.5, 1.0],
        "free": [np.nan, -1e300, 7.0, 0.0],
        "pieces": [1.0, 5.0, 2.0, 3.0],
        "room": ["a", "2", "c", "a"],
        "new": ["true", "false", "true", "false"],
        "day": ["2024-02-29", "1999-12-31", "2000-01-01", "2000-01-02"],
        "note": [None, "", "four", "ж" * 4],
        "bought": ["yes", "no", "yes", "no"],
    }
    rows.update(columns)
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=None if isinstance(values[0], float) else object)
            for name, values in rows.items()
        }
    )


def test_a_table_that_keeps_the_contract_has_no_findings() -> None:
    assert check(table(), product()) == []


BREACHES: dict[str, tuple[dict[str, list[Any]], Finding]] = {
    "less than the minimum": (
        {"amount": [0.0, -1e-9, 5.0, -2.5]},
        Finding("amount", "less than the minimum 0", (3, 5), ("-1e-09", "-2.5"), 2),
    ),
    "more than the maximum": (
        {"amount": [10.000001, 1.0, 2.0, 3.0]},
        Finding("amount", "more than the maximum 10", (2,), ("10.000001",), 1),
    ),
    "an integer below its minimum": (
        {"pieces": [1.0, 0.0, 2.0, 3.0]},
        Finding("pieces", "less than the minimum 1", (3,), ("0.0",), 1),
    ),
    "an integer above its maximum": (
        {"pieces": [6.0, 5.0, 2.0, 3.0]},
        Finding("pieces", "more than the maximum 5", (2,), ("6.0",), 1),
    ),
    "a part of a whole number": (
        {"pieces": [1.0, 2.0, 2.5, 3.0]},
        Finding("pieces", "not a whole number", (4,), ("2.5",), 1),
    ),
    "an infinite number": (
        {"free": [np.inf, 1.0, -np.inf, np.nan]},
        Finding("free", "not a finite number", (2, 4), ("inf", "-inf"), 2),
    ),
    "a word for a number": (
        {"amount": ["1", "many", "2", "none"]},
        Finding("amount", "not a number", (3, 5), ("'many'", "'none'"), 2),
    ),
    "a word for a whole number": (
        {"pieces": ["1", "two", None, "3"]},
        Finding("pieces", "not a number", (3,), ("'two'",), 1),
    ),
    "a missing number": (
        {"amount": [1.0, np.nan, 2.0, 3.0]},
        Finding("amount", "missing value; fill it, or declare nullable: true", (3,), ("nan",), 1),
    ),
    "a missing day": (
        {"day": ["2024-02-29", "1999-12-31", "2000-01-01", None]},
        Finding("day", "missing value; fill it, or declare nullable: true", (5,), ("None",), 1),
    ),
    "a category that is not declared": (
        {"room": ["A", "2", "c", "a"]},
        Finding("room", "not one of a, 2, c", (2,), ("'A'",), 1),
    ),
    "neither true nor false": (
        {"new": ["true", "maybe", "True", "false"]},
        Finding("new", "not one of true/false, yes/no, 1/0", (3, 4), ("'maybe'", "'True'"), 2),
    ),
    "a day that is none": (
        {"day": ["2023-02-29", "today", "2000-1-1", "2000-01-01 12:00"]},
        Finding("day", "not a day of the form YYYY-MM-DD", (2, 3, 4), ("'2023-02-29'", "'today'", "'2000-1-1'"), 4),
    ),
    "a day in another form": (
        {"day": ["31/12/2023", "1999-12-31", "2000-01-01", "2000-01-02"]},
        Finding("day", "not a day of the form YYYY-MM-DD", (2,), ("'31/12/2023'",), 1),
    ),
    "a text that is too long": (
        {"note": ["fours", None, "four", ""]},
        Finding("note", "longer than 4 characters", (2,), ("'fours'",), 1),
    ),
    "an id twice": (
        {"number": ["1", "2", "1", "4"]},
        Finding(
            "number",
            "value of the id occurs more than once (if it names whose row it is: split.group)",
            (2, 4),
            ("'1'", "'1'"),
            2,
        ),
    ),
    "a missing id": (
        {"number": ["1", "2", None, "4"]},
        Finding("number", "missing value; fill it, or declare nullable: true", (4,), ("None",), 1),
    ),
    "a target that is no class": (
        {"bought": ["yes", "no", "Yes", "no"]},
        Finding("bought", "not one of yes, no", (4,), ("'Yes'",), 1),
    ),
    "a missing target": (
        {"bought": ["yes", None, "yes", "no"]},
        Finding("bought", "missing value; fill it, or declare nullable: true", (3,), ("None",), 1),
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_named_with_its_lines(breach: str) -> None:
    columns, expected = BREACHES[breach]
    assert check(table(**columns), product()) == [expected]


def test_every_breach_of_a_table_is_named() -> None:
    found = check(
        table(amount=[-1.0, 11.0, np.nan, 1.0], free=["x", "1", "2", "3"], bought=["yes", "no", "?", "no"]), product()
    )
    assert {(one.column, one.reason) for one in found} == {
        ("free", "not a number"),
        ("amount", "less than the minimum 0"),
        ("amount", "more than the maximum 10"),
        ("amount", "missing value; fill it, or declare nullable: true"),
        ("bought", "not one of yes, no"),
    }


def test_the_first_three_lines_are_shown_of_many() -> None:
    (found,) = check(table(amount=[11.0, 12.0, 13.0, 14.0]), product())
    assert found == Finding("amount", "more than the maximum 10", (2, 3, 4), ("11.0", "12.0", "13.0"), 4)
    assert str(found) == "amount: more than the maximum 10 in 4 rows (line 2: 11.0, line 3: 12.0, line 4: 13.0)"


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        (-0.5, "less than the minimum 0"),
        (100.5, "more than the maximum 100"),
        (np.inf, "not a finite number"),
        (np.nan, "missing value; fill it, or declare nullable: true"),
    ],
)
def test_the_number_to_predict_keeps_its_bounds(price: float, reason: str) -> None:
    rows = table(price=[0.0, 100.0, 50.0, 1.0]).drop(columns="bought")
    assert check(rows, product("regression")) == []
    wrong = check(rows.assign(price=[0.0, price, 50.0, 1.0]), product("regression"))
    assert (wrong[0].column, wrong[0].reason, wrong[0].rows, wrong[0].count) == ("price", reason, (3,), 1)


def test_a_word_for_the_number_to_predict_is_named() -> None:
    rows = table(price=["1", "dear", "3", "4"]).drop(columns="bought")
    assert check(rows, product("regression")) == [Finding("price", "not a number", (3,), ("'dear'",), 1)]


def test_a_number_without_bounds_takes_any() -> None:
    free = product("regression", target={"name": "price", "task": "regression"})
    assert check(table(price=[-1e300, 1e300, 0.0, -0.0]).drop(columns="bought"), free) == []


def test_a_column_that_is_not_there_is_not_checked_here() -> None:
    """The reader of the table has a finding for it."""
    assert check(table().drop(columns=["amount", "number"]), product()) == []


def test_a_column_of_no_feature_is_not_checked() -> None:
    few = product(feature_set="few", feature_sets={"few": ["amount"]})
    assert check(table(room=["?"] * 4), few) == []


def test_without_an_id_none_is_checked() -> None:
    assert check(table(number=["1"] * 4), declared(features=FEATURES)) == []


def test_an_empty_table_breaks_nothing() -> None:
    assert check(table().head(0), product()) == []


def test_the_table_is_left_as_it_is() -> None:
    rows = table(amount=[11.0, 1.0, 2.0, 3.0])
    before = rows.copy(deep=True)
    check(rows, product())
    pd.testing.assert_frame_equal(rows, before)
