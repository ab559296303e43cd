"""A source's cells in the form that the stages read."""

from typing import Any

import pyarrow as pa
import pytest

from core.base.errors import TableError
from core.source.normalise import plain
from core.spec.source import Source


def read(cells: dict[str, list[str | None]], numbers: set[str], **reading: Any) -> dict[str, list[str | None]]:
    columns = plain(pa.RecordBatch.from_pydict(cells), Source(path="t.csv", **reading), numbers)
    return {name: column.to_pylist() for name, column in columns.items()}


def test_a_word_is_missing_in_the_columns_that_name_it_or_in_the_whole_table() -> None:
    cells: dict[str, list[str | None]] = {"country": ["NA", "DE", None], "size": ["NA", "1", "None"]}
    by_column = read(cells, {"size"}, missing={"size": ["NA", "None"]})
    assert by_column == {"country": ["NA", "DE", None], "size": [None, "1", None]}
    assert read(cells, {"size"}, missing=["NA"]) == {"country": [None, "DE", None], "size": [None, "1", "None"]}


def test_numbers_are_rewritten_in_number_columns_alone() -> None:
    cells: dict[str, list[str | None]] = {"price": ["1.234,5 €", "(7)", "-"], "code": ["1.234", "7,5", "x"]}
    reading = {"decimal": ",", "thousands": ".", "units": {"price": ["€"]}, "accounting": ["price"]}
    assert read(cells, {"price"}, **reading) == {"price": ["1234.5", "-7", "-"], "code": ["1.234", "7,5", "x"]}


def test_a_column_may_have_another_decimal_mark() -> None:
    reading = {"decimal": ",", "thousands": ".", "decimals": {"lat": "."}}
    assert read({"lat": ["52.520", "1,234.5"]}, {"lat"}, **reading) == {"lat": ["52.520", "1234.5"]}


def test_a_point_beside_decimal_commas_is_never_read_as_decimal() -> None:
    with pytest.raises(TableError, match=r"besucher: '2\.155' has a point, .*source\.thousands to '\.'"):
        read({"besucher": ["2.155", "874"]}, {"besucher"}, decimal=",")
