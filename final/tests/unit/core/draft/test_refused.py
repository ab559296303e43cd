"""What a draft refuses, one case for each refusal that test_bad_tables has no file of; nothing is written."""

import gzip
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from core.base.errors import UserError
from core.source import compressed
from core.source.column_names import names_of
from core.spec.source import Source
from tests.support import forms
from tests.support.drafts import drafted, refusal

COUNT = 60


def table(header: str, *cells: Callable[[int], object]) -> str:
    """A CSV of so many columns before the target, which is yes and no in turn."""
    rows = [",".join([*(str(cell(n)) for cell in cells), "yes" if n % 2 else "no"]) for n in range(COUNT)]
    return "\n".join([f"{header},y", *rows, ""])


def size(n: int) -> float:
    return n % 7 + n / 100


CELLS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a number that no model counts with": (
        table("size", lambda n: "1.7e308" if n == 3 else size(n)),
        {},
        "size: numbers too large for a model: 0 to 1.7e+308. Use other units, or --ignore size",
    ),
    "a column named as a part of a date": (
        table("day,day year", lambda n: f"2020-02-{1 + n % 28}", size),
        {},
        "day year: the model makes a column of this name from day: rename",
    ),
    "dates, most of them to come by mistake": (
        table("day", lambda n: "9999-12-31" if n % 3 == 0 else "2020-02-02"),
        {},
        "day: a date more than 100 years in the future: '9999-12-31' (line 2)",
    ),
    "numbers and a word": (table("size", lambda n: "?!" if n == 4 else size(n)), {}, "but not '?!' (line 6)"),
    "a name that is too long": (table("n" * 201, size), {}, "the name of column 1"),
    "a name with signs that a terminal obeys": (table("si\x1b[31mze", size), {}, "has unprintable characters"),
    "the target alone": ("y\n" + "a\nb\n" * 30, {}, "no column is left to predict from: there is no other"),
    "the rest left out": (table("size", size), {"ignore": ("size",)}, "predict from: size: set by --ignore"),
    "a quality that is none": (
        table("size", size),
        {"quality": "great"},
        "--quality great: write one of fast, good, best",
    ),
    "words, where a number is to be predicted": (
        table("size", size),
        {"task": "regression"},
        "y: the target is not a number: ['no', 'yes', 'no']; task regression needs one",
    ),
    "a target with a number that is none": (
        table("y", size).replace(",y\n", ",size\n").replace("\n0.0,", "\n0.0x,"),
        {},
        "y: mixed types: 59 of 60 are numbers, but not '0.0x' (line 2)",
    ),
    "a class for each row": (
        table("y", lambda n: f"k{n}-{'x' * (n % 3)}").replace(",y\n", ",size\n"),
        {},
        "class 'k0-' has 1 row,",
    ),
    "a column ignored that is not there": (table("size", size), {"ignore": ("sizes",)}, "did you mean size?"),
    "a type for a column that is not there": (table("size", size), {"types": ("Sizes=text",)}, "--as Sizes: no such"),
    "a type that is none": (table("size", size), {"types": ("size=float",)}, "write COLUMN=TYPE, of number, integer"),
    "a name that is none": (table("size", size), {"name": "../up"}, "--name ../up: a name consists of small letters"),
    "an encoding that is none": (table("size", size), {"encoding": "utf-9"}, "utf-9: unknown encoding"),
    "an encoding of bytes": (table("size", size), {"encoding": "base64"}, "base64: unknown encoding"),
    "quotes of no kind": (
        table("size", size),
        {"quotes": "single"},
        "--quotes single: write doubled, backslash, spaced or",
    ),
    "a header and none": (table("size", size), {"no_header": True, "header_line": 2}, "exclude each other"),
    "two signs for a delimiter": (table("size", size), {"delimiter": "::"}, "--delimiter '::': write one character"),
    "a task that is none": (table("size", size), {"task": "clustering"}, "--task clustering: write one of binary, mul"),
    "two classes called several": (table("size", size), {"task": "multiclass"}, "y: the target has 2 classes, which"),
    "a quote in the last field that is never closed": (
        table("size", size) + '7,"ye',
        {},
        "was the file cut off inside a quoted field?",
    ),
    "a web page": ("<!DOCTYPE html>\n<p>404, not found\n", {}, "is a web page or XML, not a table"),
    "JSON": ('[{"size": 1, "y": "yes"}]\n', {}, "is JSON: convert it to CSV"),
    "Parquet under another name": ("PAR1" + "x" * 99, {}, "is Parquet: give it a name that ends in .parquet"),
    "a database": ("SQLite format 3" + "x" * 99, {}, "--data sqlite:///ITS/PATH --query"),
    "a PDF": ("%PDF-1.7\n", {}, "is a PDF"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_table_is_refused_with_its_reason(name: str, tmp_path: Path, products: Path) -> None:
    text, wish, words = CELLS[name]
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert words in refusal(tmp_path / "t.csv", products, **wish)


def test_a_hundred_and_one_classes_are_too_many(tmp_path: Path, products: Path) -> None:
    rows = [f"{n},k{n % 101}" for n in range(2000)]
    (tmp_path / "t.csv").write_text("\n".join(["size,y", *rows, ""]))
    assert "too many classes to learn" in refusal(tmp_path / "t.csv", products)


def test_bytes_of_other_kinds_are_refusal(tmp_path: Path, products: Path) -> None:
    (tmp_path / "t.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(99))
    assert "is an old Excel workbook" in refusal(tmp_path / "t.xls", products)
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("a.csv", "")
        archive.writestr("b.csv", "")
    assert "holds 2 files (a.csv, b.csv); unpack it and name one" in refusal(tmp_path / "t.zip", products)
    (tmp_path / "u.zip").write_bytes(b"PK\x03\x04" + bytes(99))
    assert "cannot be read" in refusal(tmp_path / "u.zip", products)
    assert "no such file" in refusal(tmp_path / "t.parquet", products)


def test_an_archive_cut_off_beyond_its_first_part_is_refusal(tmp_path: Path, products: Path) -> None:
    draw = random.Random(0)
    whole = gzip.compress("".join(["size,y\n", *(f"{draw.random()},{n % 2}\n" for n in range(60_000))]).encode(), 1)
    (tmp_path / "t.csv.gz").write_bytes(whole[:-5000])
    assert "is damaged or cut off" in refusal(tmp_path / "t.csv.gz", products)


def test_an_encoding_in_a_product_file_that_is_none_is_refusal(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,y\n1,2\n")
    with pytest.raises(UserError, match="unknown encoding utf-9"):
        names_of(tmp_path / "t.csv", Source(path="t.csv", encoding="utf-9"))


def test_two_columns_of_one_name_are_refused_in_parquet_and_in_a_query(tmp_path: Path, products: Path) -> None:
    two = pa.Table.from_arrays([pa.array([1, 2]), pa.array([1, 2]), pa.array([3, 4])], names=["y", "a", "a"])
    pyarrow.parquet.write_table(two, tmp_path / "t.parquet")
    assert "the header has a more than once" in refusal(tmp_path / "t.parquet", products)
    forms.sqlite(tmp_path / "t.db")
    query = "SELECT y, size AS a, age AS a FROM orders"
    assert "the header has a more than once" in refusal(f"sqlite:///{tmp_path / 't.db'}", products, query=query)


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-Infinity"])
def test_a_float_of_parquet_that_is_no_number_is_missing_or_named(cell: str, tmp_path: Path, products: Path) -> None:
    values = [float(cell) if n % 5 == 0 else size(n) for n in range(COUNT)]
    pyarrow.parquet.write_table(pa.table({"size": values, "y": ["yes", "no"] * (COUNT // 2)}), tmp_path / "t.parquet")
    if cell.lower() == "nan":
        feature = drafted(tmp_path / "t.parquet", products)[0].features["size"]
        assert (feature.type, feature.nullable) == ("number", True)
    else:
        assert "size: not a finite number" in refusal(tmp_path / "t.parquet", products)


def test_a_table_through_a_pipe_is_refused_by_the_name_it_has(products: Path) -> None:
    reading, writing = os.pipe()
    try:
        assert f"/dev/fd/{reading}: is a pipe or a device" in refusal(f"/dev/fd/{reading}", products)
    finally:
        os.close(reading)
        os.close(writing)


def test_a_file_that_may_not_be_read_is_named() -> None:
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(UserError, match="/etc/shadow: cannot be read"):
            compressed.head(Path("/etc/shadow"), 1)
    finally:
        if root:
            os.seteuid(0)
