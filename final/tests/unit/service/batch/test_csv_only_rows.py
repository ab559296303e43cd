"""A CSV to predict is read without the lines that are no rows in the table of the training; a plain one as it is."""

import csv
from collections.abc import Iterator
from typing import Any

import pytest

from core.spec.contract import Contract
from core.spec.source import Reading
from core.spec.target import Target
from service.batch.csv_only_rows import PIECE, only_rows
from service.json_text import LONGEST
from service.model.rows import Rows
from service.problems import Problem

CONTRACT = Contract.model_validate(
    {
        "target": {"name": "y", "task": "regression"},
        "features": {"size": {"type": "number"}, "note": {"type": "text", "nullable": True}},
    }
)
ROWS = "size,note,y\n1,a,3\n2,,4\n"
FORMS: list[tuple[dict[str, Any], str]] = [
    ({"header": 3}, "Sales,,\nBerlin,,\n" + ROWS),
    ({"header": 3, "delimiter": ";"}, "Sales;;\n;;\n" + ROWS.replace(",", ";")),
    ({"comment": "#"}, "# made today\nsize,note,y\n1,a,3\n# half\n2,,4\n#\n"),
    ({"leave_out": ["cm,-,EUR", "Total"], "drop_blank": True}, "size,note,y\ncm,-,EUR\n1,a,3\n,,\n\n2,,4\nTotal,,7\n"),
    ({"quotes": "spaced"}, 'size, note, y\n1, "a", 3\n2, , 4\n'),
]


def read(text: str, reading: dict[str, Any]) -> str:
    target: Target = CONTRACT.target
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    return b"".join(only_rows(iter(pieces), Rows(CONTRACT, Reading.model_validate(reading)), target)).decode()


@pytest.mark.parametrize(("reading", "text"), FORMS)
def test_the_form_of_the_training_and_the_plain_one_are_read(reading: dict[str, Any], text: str) -> None:
    assert read(text, reading).replace(";", ",") == ROWS
    assert read(ROWS, reading) == ROWS
    assert not Reading.model_validate(reading).is_usual


def test_quotes_are_written_doubled() -> None:
    text = 'size,note,y\n1,"say \\"a, b\\"",3\n'
    assert read(text, {"quotes": "backslash"}) == 'size,note,y\n1,"say ""a, b""",3\n'
    assert read('size,note,y\n1,5" pipe,3\n', {"quotes": "none"}) == 'size,note,y\n1,"5"" pipe",3\n'


def test_a_table_without_header_gets_the_names_of_the_training() -> None:
    features = {"column_1": {"type": "number"}, "column_2": {"type": "text"}}
    contract = Contract.model_validate({"target": {"name": "column_3", "task": "regression"}, "features": features})
    rows = Rows(contract, Reading(header=0))
    for text in ("1,a,3\n2,b,4\n", "column_1,column_2,column_3\n1,a,3\n2,b,4\n"):
        done = b"".join(only_rows(iter([text]), rows, contract.target)).decode()
        assert done == "column_1,column_2,column_3\n1,a,3\n2,b,4\n"


@pytest.fixture
def limit() -> Iterator[None]:
    """The limit of a cell as the service has it: the reader of sources, where it is imported too, raises it."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("limit")
def test_many_rows_come_in_pieces_and_one_endless_row_is_refused() -> None:
    rows = Rows(CONTRACT, Reading(comment="#"))
    many = only_rows(iter(["size,note,y\n" + "1,abcdef,3\n" * PIECE]), rows, CONTRACT.target)
    assert max(map(len, many)) < 2 * PIECE
    for endless, words in (("a," * LONGEST, "a record is longer"), ('"' + "a\n" * LONGEST, "larger than field limit")):
        with pytest.raises(Problem) as error:
            list(only_rows(iter(["size,note,y\n1,", endless]), rows, CONTRACT.target))
        assert words in str(error.value.detail)


def test_a_quote_that_is_not_closed_is_refused() -> None:
    with pytest.raises(Problem) as error:
        read('size,note,y\n1,"a,3\n', {"comment": "#"})
    assert "not CSV: unexpected end of data" in str(error.value.detail)
