"""Each bad table goes through the real pipeline: it is refused by name, and what is served stays what it was."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.checkout import Checkout

SNAPSHOT = Path(__file__).resolve().parents[3] / "lab4" / "snapshot" / "train.csv"
SOURCE = "command: bash ../lab4/feature_set.sh {feature_set} {output}"
Edit = Callable[[pd.DataFrame], pd.DataFrame]


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
    again = table.head(3).assign(PassengerId=["9001", "9002", "9003"])
    return pd.concat([table, again])


BAD: dict[str, tuple[Edit, str]] = {
    "a column missing": (lambda t: t.drop(columns="Fare"), "Fare: column is missing; the file has PassengerId,"),
    "a column too many": (lambda t: t.assign(Boat="4"), "Boat: column is not declared"),
    "a header in other letters": (lambda t: t.rename(columns={"Age": "age"}), "Age: column is missing"),
    "below the minimum": (cell(5, "Age", "-3"), "Age: less than the minimum 0 in 1 row (line 7: -3.0)"),
    "above the maximum": (cell(5, "Fare", "1e9"), "Fare: more than the maximum 1000 in 1 row (line 7: 1000000000.0)"),
    "no number": (cell(0, "Age", "old"), "Age: not a number in 1 row (line 2: 'old')"),
    "an infinite number": (cell(0, "Age", "inf"), "Age: not a finite number in 1 row (line 2: inf)"),
    "no whole number": (cell(1, "SibSp", "1.5"), "SibSp: not a whole number in 1 row (line 3: 1.5)"),
    "an unknown category": (cell(9, "Sex", "Female"), "Sex: not one of female, male in 1 row (line 11: 'Female')"),
    "a missing value": (cell(2, "Name", ""), "Name: missing value; fill it, or say nullable: true in 1 row (line 4"),
    "a missing target": (cell(2, "Survived", ""), "Survived: missing value"),
    "an unknown target": (cell(2, "Survived", "2"), "Survived: not one of 0, 1 in 1 row (line 4: '2')"),
    "a text too long": (cell(3, "Name", "x" * 201), "Name: longer than 200 characters in 1 row"),
    "an id twice": (cell(1, "PassengerId", "1"), "PassengerId: value of the id occurs more than once in 2 rows"),
    "rows twice under new ids": (with_repeated_rows, "gate data: duplicates failed: 3 pairs, wanted <= 0"),
    "a copy of the target": (with_copy_of_target, "gate data: leakage failed: Cabin"),
    "a class too rare": (
        lambda t: t[(t["Survived"] == "0") | (t["PassengerId"].astype(int) < 100)],
        "gate data: rows per class failed",
    ),
}


def run_with(checkout: Checkout, content: bytes) -> str:
    """stderr of a pipeline over this table; asserts that it failed and changed nothing that is served."""
    (checkout.product / "bad.csv").write_bytes(content)
    checkout.edit((SOURCE, "path: bad.csv"))
    before = checkout.registry_state()
    done = checkout.bash("pipeline.sh")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert checkout.registry_state() == before
    return done.stderr


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_refused(checkout: Checkout, name: str) -> None:
    edit, message = BAD[name]
    table = edit(pd.read_csv(SNAPSHOT, dtype=str, keep_default_na=False))
    stderr = run_with(checkout, table.to_csv(index=False).encode())
    assert message in stderr
    assert "FAILED" in stderr


def test_a_file_that_is_no_table_is_refused(checkout: Checkout) -> None:
    stderr = run_with(checkout, SNAPSHOT.read_bytes()[:20_000] + b"\xff\xfe\x00")
    assert "bad.csv: is not utf-8 (byte 0xff in" in stderr
    assert re.search(r"data: not reached +none +a verdict +FAILED", stderr)
    assert "passed" not in stderr  # what an earlier run found is not said again


def test_a_file_cut_off_in_a_name_is_refused(checkout: Checkout) -> None:
    content = SNAPSHOT.read_bytes()
    stderr = run_with(checkout, content[: content.index(b"Bonnell") + 3])
    assert "raw.csv: not a table in CSV" in stderr


def test_an_empty_file_is_refused(checkout: Checkout) -> None:
    assert "bad.csv: is empty; a table starts with a line of the columns' names" in run_with(checkout, b"")


def test_a_good_table_of_ones_own_passes(checkout: Checkout) -> None:
    (checkout.product / "mine.csv").write_bytes(SNAPSHOT.read_bytes())
    checkout.edit((SOURCE, "path: mine.csv"))
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "kept champion" in done.stderr


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("exit 7; echo {output}", "source.command failed with exit code 7"),
        ("true {output}", "source.command wrote no file"),
    ],
)
def test_a_source_that_fails_stops_the_run(checkout: Checkout, command: str, message: str) -> None:
    checkout.edit((SOURCE, f"command: '{command}'"))
    before = checkout.registry_state()
    done = checkout.bash("pipeline.sh")
    assert done.returncode != 0
    assert message in done.stderr
    assert checkout.registry_state() == before


def test_a_source_path_that_is_not_there_is_named(checkout: Checkout) -> None:
    checkout.edit((SOURCE, "path: nowhere.csv"))
    done = checkout.bash("pipeline.sh")
    assert done.returncode != 0
    assert "source.path" in done.stderr
    assert "nowhere.csv is no file" in done.stderr
