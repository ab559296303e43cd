"""What the data gates say of a table: the lines of its file, the share that repeats, the key that would allow it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.gates.data import all_gates, contract, duplicates
from core.gates.gate import Gate
from core.table.finding import Finding
from tests.support.small_products import FEATURES, declared


def with_copies(rows: int, copies: int) -> pd.DataFrame:
    """Rows that nothing is wrong with, and the first of them again under new numbers."""
    rng = np.random.default_rng(0)
    made = pd.DataFrame(
        {
            "size": rng.random(rows),
            "shape": rng.choice(np.array(["round", "square"], dtype=object), rows),
            "who": [f"{row % 7}" for row in range(rows)],
            "day": [f"2020-01-{1 + row % 31:02}" for row in range(rows)],
            "bought": np.array(["yes", "no"] * rows, dtype=object)[:rows],
        }
    )
    made = pd.concat([made, made.head(copies)], ignore_index=True)
    return made.assign(number=[str(number) for number in range(len(made))])


def test_one_breach_is_a_breach() -> None:
    finding = Finding("a", "is missing")
    assert contract([finding]) == Gate("data: contract", "1 breach", "none", False, "\n  a: is missing")


@pytest.mark.parametrize(
    ("limit", "remedy"),
    [
        (0.25, ""),
        (
            0.249,
            "Lines 5 of the file repeat earlier lines; remove them, since they add no information. If they are "
            "intended, set gates.data.repeated_rows: 0.25",
        ),
    ],
)
def test_the_share_of_repeated_rows_may_be_its_limit(limit: float, remedy: str) -> None:
    rows = with_copies(3, 1).drop(columns="number")
    gate = duplicates(rows, declared(gates={"floor": 0.5, "data": {"repeated_rows": limit}}))
    assert gate == Gate("data: duplicates", "0.250 of the rows", f"<= {limit:.3f}", not remedy, remedy)


@pytest.mark.parametrize("split", [{"group": "who"}, {"by": "day"}, {"group": "who", "by": "day"}])
def test_a_split_that_keeps_equal_rows_together_allows_a_twentieth(split: dict[str, Any]) -> None:
    features = {**FEATURES, "who": {"type": "text"}, "day": {"type": "date"}}
    rows = with_copies(96, 4)
    by_id = declared(id="number", features=features)
    together = declared(id="number", features=features, split=split)
    assert duplicates(rows, together).threshold == "<= 5"
    assert duplicates(rows, together).passed
    assert duplicates(rows, by_id).threshold == "<= 0"
    assert not duplicates(rows, by_id).passed


def test_evidence_names_the_lines_of_the_file() -> None:
    """In a file with blank lines or cells of several lines."""

    def line_of(row: int) -> int:
        return 3 * row + 2

    product = declared(id="number", features=FEATURES)
    rows = with_copies(120, 1)
    (broken,) = all_gates(rows.assign(shape=["oval", *rows["shape"][1:-1], "oval"]), [], product, line_of)
    assert broken.detail == "\n  shape: not one of round, square in 2 rows (line 2: 'oval', line 362: 'oval')"
    repeated = all_gates(rows, [], product, line_of)[2]
    assert repeated.detail.startswith("Lines 362 of the file repeat earlier lines; ")
