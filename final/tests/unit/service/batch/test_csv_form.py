"""A CSV to predict may be plain, or written as the table that the model was trained on."""

from typing import Any

import pytest

from core.spec.contract import Contract
from core.spec.source import Reading
from service.batch.csv_blocks import csv_blocks
from service.batch.target import TargetColumn
from service.model.rows import Rows
from service.problems import Problem
from tests.support.blocks import rows_in

CONTRACT = Contract.model_validate(
    {
        "id": "nr",
        "target": {"name": "umsatz", "task": "regression"},
        "features": {
            "größe": {"type": "number", "nullable": True},
            "anzahl": {"type": "integer", "nullable": True},
            "land": {"type": "category", "values": ["NA", "DE"]},
            "klasse": {"type": "category", "values": [1, 2], "nullable": True},
            "neu": {"type": "boolean", "nullable": True},
            "tag": {"type": "date"},
        },
    }
)
GERMAN = Reading.model_validate(
    {
        "delimiter": ";",
        "encoding": "cp1252",
        "decimal": ",",
        "thousands": ".",
        "units": {"größe": ["€"]},
        "missing": {"anzahl": ["NA", "-"]},
        "dates": {"tag": ["%d.%m.%Y"]},
    }
)
NAMES = "nr;größe;anzahl;land;klasse;neu;tag;umsatz;filiale"
ROW = {"größe": 1234.5, "anzahl": 34, "land": "NA", "klasse": 2, "neu": True, "tag": "2023-02-01"}


def rows_of(body: bytes, reading: Reading = GERMAN) -> list[tuple[Any, Any]]:
    """Id and row, with the target in it if there is one."""
    rows = Rows(CONTRACT, reading, ignored=("filiale",))
    found = rows_in(csv_blocks, body, rows, TargetColumn(CONTRACT.target, "compare"))
    return [(key, {**row, "umsatz": actual} if actual and isinstance(row, dict) else row) for key, row, actual in found]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_the_form_of_the_training_is_read(encoding: str) -> None:
    text = f"{NAMES}\n7;1.234,5 €;34;NA;2;1;01.02.2023;2.155;Süd\n8;;-;DE;;;02.02.2023;874;Süd\n"
    first, second = rows_of(text.encode(encoding))
    assert first == ("7", {**ROW, "umsatz": "2155", "tag": "01.02.2023"}), "a day is for the contract to read"
    assert second[1]["anzahl"] is None
    assert second[1]["umsatz"] == "874"


@pytest.mark.parametrize("whole", ["34", "34.0"])
def test_plain_csv_is_read_too(whole: str) -> None:
    text = f"{NAMES}\n7;1234.5;{whole};NA;2.0;1.0;2023-02-01;2155;x\n".replace(";", ",")
    assert rows_of(text.encode()) == [("7", {**ROW, "umsatz": "2155"})]
    plain = text.replace("größe", "größe")
    assert rows_of(plain.encode(), Reading()) == [("7", {**ROW, "umsatz": "2155"})]


def test_a_number_that_could_be_two_is_a_mistake_of_its_row() -> None:
    text = f"{NAMES}\n7;5,2;1;NA;;;01.02.2023;;\n8;52.5200;1;NA;;;01.02.2023;;\n"
    (_, first), (_, second) = rows_of(text.encode("cp1252"))
    assert first["größe"] == 5.2
    (mistake,) = second
    assert mistake["field"] == "größe"
    assert mistake["reason"].startswith("has a point, but the decimal mark of this form")


def test_utf_16_and_a_text_that_is_neither() -> None:
    text = f"{NAMES}\n7;1.234,5;34;NA;2;1;01.02.2023;;\n"
    utf_16 = Reading.model_validate({**GERMAN.model_dump(), "encoding": "utf-16"})
    assert [row["größe"] for _, row in rows_of(text.encode("utf-16"), utf_16)] == [1234.5]
    with pytest.raises(Problem, match="line 1: not UTF-8, nor ascii"):
        rows_of(text.encode("cp1252"), Reading.model_validate({**GERMAN.model_dump(), "encoding": "ascii"}))


def test_unknown_columns_are_refused_and_a_header_is_read_as_in_training() -> None:
    with pytest.raises(Problem, match="preis: unknown column"):
        rows_of(b"preis;land\n1;NA\n")
    assert rows_of(b"nr; land \n7;DE\n") == [("7", {"land": "DE"})]


def test_letters_beyond_ascii_may_come_late() -> None:
    text = "nr;land;filiale\n" + "7;DE;Nord\n" * 20_000 + "8;DE;Süd\n"
    for encoding in ("cp1252", "utf-8"):
        assert [key for key, _ in rows_of(text.encode(encoding))][-2:] == ["7", "8"]
