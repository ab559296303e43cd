"""A CSV answer that a spreadsheet opens runs no formula, if it was asked for so."""

import pytest

from service.batch.write import without_formula


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-x", "@SUM(A1)", "\t=1", "\uff1d1"])
def test_a_formula_becomes_text(cell: str) -> None:
    assert without_formula(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["a=b", "", "-5", "+1.5e3", " =1", "yes", 5, -0.5, None])
def test_anything_else_stays(cell: object) -> None:
    assert without_formula(cell) == cell
