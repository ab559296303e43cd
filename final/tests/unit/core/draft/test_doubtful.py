"""Columns that a person would take for something else are read as that, or get a note, or are refused."""

import datetime
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.spec.request import request_model
from tests.support.drafts import drafted, drafted_table, refusal

DAYS = [f"2023{month:02d}{day:02d}" for month in range(1, 11) for day in range(1, 26)]


def written(folder: Path, name: str, cells: list[str]) -> Path:
    """A table with a column of these cells beside a target y."""
    file = folder / "table.csv"
    lines = [f"{cell},{place * 37 % 101 / 10},{'yes' if place % 2 else 'no'}" for place, cell in enumerate(cells)]
    file.write_text("\n".join([f"{name},size,y", *lines]) + "\n")
    return file


def test_days_of_eight_digits_are_dates(tmp_path: Path) -> None:
    product, table = drafted_table(written(tmp_path, "sold", DAYS), tmp_path / "products")
    assert product.contract.features["sold"].type == "date"
    assert table["sold"].iloc[[0, 249]].tolist() == ["2023-01-01", "2023-10-25"]
    assert product.split.by == "sold"  # they rise
    model = request_model(product.contract.with_forms(product.source.dates))
    for day in ("2023-03-01", "20230301", 20230301):
        assert model.model_validate_json(json.dumps({"sold": day, "size": 1})).model_dump() == {
            "f0": datetime.date(2023, 3, 1),
            "f1": 1,
        }
    for number in (2023031, 86400, 20231301, 20230301.0, True, 10**5000):
        with pytest.raises(ValidationError, match="must be a text such as 2024-02-29"):
            model.model_validate({"sold": number, "size": 1})


@pytest.mark.parametrize("cells", [[*DAYS[1:], "20231301"], [*DAYS[1:], "20230230"], ["20230101", "20230102"] * 125])
def test_other_numbers_of_eight_digits_are_numbers(tmp_path: Path, cells: list[str]) -> None:
    product, _ = drafted(written(tmp_path, "lot", cells), tmp_path / "products")
    assert product.contract.features["lot"].type == "integer"


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        (
            "created_at",
            [str(1_577_836_800 + 86_400 * n) for n in range(250)],
            "seconds since 1970, 2020-01-01 to 2020-",
        ),
        ("time", [str(1_577_836_800_000 + 86_400_000 * n) for n in range(250)], "milliseconds since 1970, 2020-01-01"),
        ("Date", [str(43_831 + n) for n in range(250)], "days since 1900, as spreadsheets count, 2020-01-01 to 2020-"),
        ("lasted", [f"{n % 30}:{n % 60:02d}:00" for n in range(250)], "times such as '0:00:00' are read as words"),
        ("city", [" Bonn", "Ulm"] * 125, "125 cells begin or end with a space, such as ' Bonn'"),
    ],
)
def test_what_is_read_as_it_stands_has_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, cells: list[str], words: str
) -> None:
    drafted(written(tmp_path, name, cells), tmp_path / "products")
    assert f"note: {name}: " in (said := " ".join(capsys.readouterr().err.split()))
    assert words in said


def test_plain_numbers_have_no_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drafted(written(tmp_path, "amount", [str(43_831 + n * 7 % 900) for n in range(250)]), tmp_path / "products")
    drafted(written(tmp_path, "time", [str(n * 7 % 900) for n in range(250)]), tmp_path / "others")
    drafted(written(tmp_path, "Heat", [str(43_831 + n * 7 % 900) for n in range(250)]), tmp_path / "more")
    assert "note:" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("'a','y'\n'1','no'\n'2','yes'\n", "quoted by apostrophes, as 'a' in the header"),
        ("a,'b, c',y\n1,'x, z',no\n2,'x, w',yes\n", "quoted by apostrophes, as 'b in the header"),
        ("a~y\n1~no\n2~yes\n", "has one column, 'a~y': if another sign than , ; | or a tab"),
    ],
)
def test_other_marks_are_refused_with_the_remedy(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "table.csv").write_text(text)
    assert words in refusal(tmp_path / "table.csv", tmp_path / "products")
