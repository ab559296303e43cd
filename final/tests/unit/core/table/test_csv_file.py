"""Plain CSV: what cannot be a table is refused by line and reason, and nan in a file is a word."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core.base.errors import TableError
from core.table import csv_file
from core.table.header import bad_line, header
from core.table.summary import summary
from tests.support.small_products import declared


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(TableError) as error:
        csv_file.read(path, ["a", "b"], ["a"])
    return str(error.value).removeprefix(f"{path}: not a table in CSV: ")


def test_nan_in_a_column_of_numbers_is_a_word(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,c\n1,2,x\nnan,3,y\n")
    table = csv_file.read(tmp_path / "t.csv", ["a", "b"], ["a", "b"])
    assert csv_file.objects(table["a"]).tolist() == ["1", "nan"]
    assert table["b"].to_pylist() == [2.0, 3.0]
    (tmp_path / "t.csv").write_text("a,b\n nan ,x\n1,y\n")  # and so it is between spaces, which Arrow does not read
    assert csv_file.read(tmp_path / "t.csv", ["a"], ["a"])["a"].type == csv_file.WORDS


def test_a_line_that_does_not_fit_is_named(tmp_path: Path) -> None:
    text = refusal(tmp_path / "t.csv", b"a,b\n1,2\n3\n")
    assert text.startswith("line 3 has 1 field, the header has 2: was the file cut off, ")
    text = refusal(tmp_path / "t.csv", b'a,b\n1,2\n3,"x\n')
    assert text == "the quote in line 3 is never closed: was the file cut off inside a quoted field?"


def test_a_file_that_is_gone_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"t\.csv: cannot be read: "):
        csv_file.read(tmp_path / "t.csv", ["a"], [])
    with pytest.raises(TableError, match=r"t\.csv: no such file$"):
        header(tmp_path / "t.csv")


def test_a_header_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"caf\xe9,b\n")
    with pytest.raises(TableError, match=r"t\.csv: not a table in CSV: 'utf-8' codec can't decode byte 0xe9"):
        header(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["a,b\n", "1,2\n", "\n", "3,4\n"], None),
        (["a,b\n", '1,"2" x\n'], "line 2: ',' expected after '\"'"),
        (['a,"b\n'], "the quote in line 1 is never closed"),
        (["a;b\n", "1;2;3\n"], "line 2 has 3 fields, the header has 2"),
    ],
)
def test_a_bad_line_is_explained(lines: list[str], reason: str | None) -> None:
    explained = bad_line(lines, ";" if ";" in lines[0] else ",")
    assert explained == reason or (reason is not None and str(explained).startswith(reason))


def test_a_column_of_no_rows_has_no_objects() -> None:
    assert csv_file.objects(pa.chunked_array([], pa.string())).tolist() == []


def test_columns_without_a_value_have_neither_a_range_nor_a_commonest_value() -> None:
    rows = pd.DataFrame(
        {"size": [np.nan, np.nan], "shape": pd.Series([None, None], dtype=object), "bought": ["yes", "no"]}
    )
    columns = {column["name"]: column for column in summary(rows, declared())["columns"]}
    assert not {"min", "histogram"} & columns["size"].keys()
    assert "top" not in columns["shape"]
    assert columns["bought"]["top"] == [{"value": "no", "rows": 1}, {"value": "yes", "rows": 1}]
