"""Each bad table is stopped by the gate that names it, with the evidence; the good one passes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.base.errors import TableError
from core.gates.data import all_gates
from core.gates.gate import Gate, failed
from core.spec.product import Product
from core.table import typed
from tests.support.small_product import product, table
from tests.support.titanic import SNAPSHOT, declared, snapshot

Edit = Callable[[pd.DataFrame], pd.DataFrame]
TITANIC = declared()


def cell(row: int, column: str, value: str) -> Edit:
    def edit(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[row, column] = value
        return table

    return edit


def with_copy_of_target(table: pd.DataFrame) -> pd.DataFrame:
    # a few answers are wrong: a leak need not be a perfect copy
    noise = np.random.default_rng(0).random(len(table)) < 0.002
    table["Cabin"] = np.where((table["Survived"] == "1") ^ noise, "A1", "B2")
    return table


def with_repeated_rows(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table, table.head(3).assign(PassengerId=["9001", "9002", "9003"])])


def with_few_survivors(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["Survived"] == "0") | (table["PassengerId"].astype(int) < 100)]


BREACHES: dict[str, tuple[Edit, str]] = {
    "a column missing": (lambda t: t.drop(columns="Fare"), "Fare: column is missing; the file has PassengerId,"),
    "a column too many": (lambda t: t.assign(Boat="4"), "Boat: column is not declared"),
    "a header in other letters": (lambda t: t.rename(columns={"Age": "age"}), "Age: column is missing"),
    "below the minimum": (cell(5, "Age", "-3"), "Age: less than the minimum 0 in 1 row (line 7: -3.0)"),
    "above the maximum": (cell(5, "Fare", "1e9"), "Fare: more than the maximum 1000 in 1 row (line 7: 1000000000.0)"),
    "no number": (cell(0, "Age", "old"), "Age: not a number in 1 row (line 2: 'old')"),
    "an infinite number": (cell(0, "Age", "inf"), "Age: not a finite number in 1 row (line 2: inf)"),
    "no whole number": (cell(1, "SibSp", "1.5"), "SibSp: not a whole number in 1 row (line 3: 1.5)"),
    "an unknown category": (cell(9, "Sex", "Female"), "Sex: not one of female, male in 1 row (line 11: 'Female')"),
    "a missing value": (
        cell(2, "Name", ""),
        "Name: missing value; fill it, or declare nullable: true in 1 row (line 4",
    ),
    "a missing target": (cell(2, "Survived", ""), "Survived: missing value"),
    "an unknown target": (cell(2, "Survived", "2"), "Survived: not one of 0, 1 in 1 row (line 4: '2')"),
    "a text too long": (cell(3, "Name", "x" * 201), "Name: longer than 200 characters in 1 row"),
    "an id twice": (
        cell(1, "PassengerId", "1"),
        "PassengerId: value of the id occurs more than once (if it names whose row it is: split.group) in 2 rows",
    ),
}
TWO_BREACHES = {"a header in other letters", "an infinite number"}  # which is also more than the maximum
# the gate, its value and threshold, and a part of its detail
FAILING: dict[str, tuple[Edit, str, str, str, str]] = {
    "rows twice under new ids": (with_repeated_rows, "data: duplicates", "3 pairs", "<= 0", "Lines 893, 894, 895"),
    "a copy of the target": (with_copy_of_target, "data: leakage", "Cabin 0.999", "< 0.990", "--ignore Cabin"),
    "a class too rare": (with_few_survivors, "data: rows per class", "41", ">= 100", "Survived=1 is rare"),
}


def judged(edit: Edit, folder: Path, product: Product = TITANIC) -> list[Gate]:
    """Verdicts on the table after an edit, written and read as the stage reads it."""
    edit(snapshot()).to_csv(folder / "raw.csv", index=False)
    rows, findings = typed.read(folder / "raw.csv", product)
    return all_gates(rows, findings, product)


def test_the_good_table_passes_every_gate(tmp_path: Path) -> None:
    gates = judged(lambda table: table, tmp_path)
    assert [(gate.name, gate.passed) for gate in gates] == [
        ("data: contract", True),
        ("data: rows per class", True),
        ("data: duplicates", True),
        ("data: leakage", True),
        ("data: attainable accuracy", True),
    ]
    assert failed(gates) == []


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_of_the_contract_is_named_and_nothing_else_is_judged(name: str, tmp_path: Path) -> None:
    edit, message = BREACHES[name]
    (gate,) = judged(edit, tmp_path)
    assert (gate.name, gate.threshold, gate.passed) == ("data: contract", "none", False)
    assert gate.value.startswith("2 breaches" if name in TWO_BREACHES else "1 breach")
    assert f"\n  {message}" in gate.detail


@pytest.mark.parametrize("name", FAILING)
def test_a_table_that_keeps_the_contract_can_still_fail(name: str, tmp_path: Path) -> None:
    edit, gate_name, value, threshold, detail = FAILING[name]
    (gate,) = [gate for gate in judged(edit, tmp_path) if not gate.passed]
    assert (gate.name, gate.value, gate.threshold) == (gate_name, value, threshold)
    assert detail in gate.detail


def test_rare_classes_are_judged_before_duplicates_and_leaks(tmp_path: Path) -> None:
    gates = judged(with_few_survivors, tmp_path)
    assert [gate.name for gate in gates] == ["data: contract", "data: rows per class"]


def test_the_limits_are_those_of_the_product_file(tmp_path: Path) -> None:
    enough = declared(("min_rows_per_class: 100", "min_rows_per_class: 41"))
    assert judged(with_few_survivors, tmp_path, enough)[1].passed
    meant = declared(("unexplained_duplicates: 0", "unexplained_duplicates: 3"))
    assert judged(with_repeated_rows, tmp_path, meant)[2].passed
    beforehand = declared(("leakage: 0.99", "leakage: 1"))
    assert judged(lambda table: table, tmp_path, beforehand)[3].threshold == "< 1.000"


def test_a_regression_is_judged_by_its_rows() -> None:
    few, enough = (all_gates(table("regression", rows), [], product("regression", "linear"))[1] for rows in (49, 50))
    assert (few.name, few.value, few.threshold, few.passed) == ("data: rows", "49", ">= 50", False)
    assert "get more rows" in few.detail
    assert enough.passed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SNAPSHOT.read_bytes()[:20_000] + b"\xff\xfe\x00", "raw.csv: not a table in CSV: .* byte 0xff"),
        (SNAPSHOT.read_bytes()[: SNAPSHOT.read_bytes().index(b"Bonnell") + 3], "raw.csv: not a table in CSV"),
        (b"", "raw.csv: not a table in CSV: the first line is empty"),
    ],
    ids=["not text", "cut off in a name", "empty"],
)
def test_a_file_that_is_not_a_table_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_bytes(content)
    with pytest.raises(TableError, match=message):
        typed.read(tmp_path / "raw.csv", TITANIC)
