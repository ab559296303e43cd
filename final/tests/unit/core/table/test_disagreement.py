"""Rows that no model can tell apart: how many there are, and what the best model reaches on all of them."""

import numpy as np
import pandas as pd
import pytest

from core.table.disagreement import disagreement
from tests.support.small_products import declared

ROWS = {"size": [1.0, 1.0, 1.0, 2.0, np.nan, np.nan], "shape": ["round"] * 4 + ["square"] * 2, "number": list("abcdef")}


@pytest.mark.parametrize(
    ("bought", "rows", "attainable"),
    [
        (["yes", "yes", "no", "no", "yes", "yes"], 3, 5 / 6),  # the third row is outvoted
        (["yes", "yes", "no", "no", "yes", "no"], 5, 4 / 6),  # missing is like missing
        (["yes", "yes", "yes", "no", "no", "no"], 0, 1.0),
    ],
)
def test_classes(bought: list[str], rows: int, attainable: float) -> None:
    outcome = disagreement(pd.DataFrame({**ROWS, "bought": bought}), declared(id="number").contract)
    assert outcome.rows == rows
    assert outcome.attainable == pytest.approx(attainable)


def test_numbers() -> None:
    """Within the group 4, 4 and 1 the mean is 3, so that 6 of the sum of squares stay."""
    price = np.array([4.0, 4.0, 1.0, 9.0, 6.0, 6.0])
    outcome = disagreement(pd.DataFrame({**ROWS, "price": price}), declared("regression", id="number").contract)
    assert outcome.rows == 3
    assert outcome.attainable == pytest.approx(1 - 6 / ((price - 5) ** 2).sum())


def test_a_target_that_never_changes_is_attained() -> None:
    outcome = disagreement(pd.DataFrame({**ROWS, "price": 1.0}), declared("regression", id="number").contract)
    assert (outcome.rows, outcome.attainable) == (0, 1.0)
