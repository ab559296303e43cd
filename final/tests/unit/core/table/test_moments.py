"""The contract check of a date with the time of day, and the lines that a finding names in a file of any form."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.table.finding import Finding
from core.table.validation import check
from tests.support.small_products import declared

PRODUCT = declared(features={"at": {"type": "date", "time": True}, "size": {"type": "number", "min": 0}})


def table(**columns: list[Any]) -> pd.DataFrame:
    rows = {"at": ["2024-02-29T23:59:59"] * 3, "size": [0.0, 1.0, 2.0], "bought": ["yes", "no", "yes"]}
    return pd.DataFrame(
        {
            name: pd.Series(cells, dtype=None if name == "size" else object)
            for name, cells in {**rows, **columns}.items()
        }
    )


def test_a_day_with_its_time_keeps_the_contract() -> None:
    assert check(table(), PRODUCT) == []


@pytest.mark.parametrize(
    "cell",
    [
        "2023-02-29T12:00:00",  # no such day
        "2024-02-29T24:00:00",  # no such hour
        "2024-02-29",
        "2024-02-29 12:00:00",
        "2024-2-29T12:00:00",
        "2024-02-29T12:00:00Z",
        "now",
    ],
)
def test_what_is_not_a_time_is_named(cell: str) -> None:
    rows = table(at=["2024-02-29T12:00:00", cell, "1999-12-31T00:00:00"])
    assert check(rows, PRODUCT) == [Finding("at", "not a time of the form YYYY-MM-DDTHH:MM:SS", (3,), (repr(cell),), 1)]


def test_a_finding_names_the_line_in_which_the_row_starts() -> None:
    """In a file with blank lines or cells of several lines."""

    def line_of(row: int) -> int:
        return 10 * row + 5

    below = check(table(size=[0.0, -1.0, np.nan]), PRODUCT, line_of)
    assert {found.rows for found in below} == {(15,), (25,)}
    words = table().assign(size=pd.Series(["0", "1", "many"], dtype=object))
    assert [found.rows for found in check(words, PRODUCT, line_of)] == [(25,)]


def test_a_time_in_another_form_changes_nothing_for_the_others() -> None:
    rows = table(at=["29/02/2024 12:00:00", "2024-02-29T12:00:00", "1999-12-31T00:00:00"])
    (finding,) = check(rows, PRODUCT)
    assert (finding.rows, finding.count) == ((2,), 1)
