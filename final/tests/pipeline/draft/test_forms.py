"""One table in many forms: whatever it came in, the contract and the data are the same."""

import csv
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from core.source import batches
from core.spec.product import Product
from core.spec.source import Source
from core.table import row_hash
from tests.support import forms
from tests.support.drafts import drafted_table, refusal
from tests.support.forms import assert_the_same

SETTINGS = {"name", "source", "title", "description"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Product, pd.DataFrame]:
    """What the plainest form of the table gives."""
    folder = tmp_path_factory.mktemp("plain")
    forms.FILES["plain.csv"](folder / "plain.csv")
    return drafted_table(folder / "plain.csv", folder / "products")


@pytest.mark.parametrize("name", forms.FILES)
def test_every_form_of_a_file_gives_the_same_contract_and_data(
    name: str, tmp_path: Path, products: Path, plain: tuple[Product, pd.DataFrame]
) -> None:
    forms.FILES[name](tmp_path / name)
    product, read_anew = drafted_table(tmp_path / name, products)
    assert_the_same(product, read_anew)
    assert product.model_dump(exclude=SETTINGS) == plain[0].model_dump(exclude=SETTINGS)
    np.testing.assert_array_equal(row_hash.row_hash(read_anew), row_hash.row_hash(plain[1]))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2020-2-3", "2020-02-03"),
        ("03.02.2020 7:05", "2020-02-03"),
        ("2020-02-03T07:05:00.250Z", "2020-02-03"),
        ("Feb 3, 2020", "2020-02-03"),
        ("0001-01-03", "0001-01-03"),
    ],
)
def test_a_day_is_the_same_however_it_is_written(written: str, day: str, tmp_path: Path, products: Path) -> None:
    days = [written if n % 2 else written.replace("3", "4") for n in range(60)]
    rows = [f"{one}\t{n % 3}\t{'yes' if n % 4 else 'no'}" for n, one in enumerate(days)]
    (tmp_path / "t.csv").write_text("\n".join(["day\tsize\ty", *rows, ""]))
    product, read_anew = drafted_table(tmp_path / "t.csv", products)
    assert product.features["day"].type == "date"
    assert read_anew["day"][1] == day


def test_a_header_with_spaces_lines_and_a_second_mark_is_read_as_a_person_would(tmp_path: Path, products: Path) -> None:
    rows = [f"{n % 7 + n / 100}, {n % 2},{'yes' if n % 4 else 'no'}" for n in range(60)]
    header = '\ufeff\ufeffsize, is new,"in\nEUR",y'
    (tmp_path / "t.csv").write_text("\n".join([header, *(f"{n % 5},{row}" for n, row in enumerate(rows)), ""]), "utf-8")
    product, read_anew = drafted_table(tmp_path / "t.csv", products)
    assert list(product.features) == ["size", "is new", "in EUR"]
    assert len(read_anew) == 60


@pytest.mark.parametrize("by", ["url", "variable"])
def test_a_query_gives_the_same_contract_and_data(
    by: str, tmp_path: Path, products: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms.sqlite(tmp_path / "shop.db")
    monkeypatch.setenv("SHOP", f"sqlite:///{tmp_path / 'shop.db'}")
    data = "env:SHOP" if by == "variable" else f"sqlite:///{tmp_path / 'shop.db'}"
    assert_the_same(*drafted_table(data, products, name="forms", query="SELECT * FROM orders WHERE id > 0 ORDER BY id"))


@pytest.mark.parametrize(
    ("data", "query", "words"),
    [
        ("sqlite:///{here}/shop.db", "SELECT * FROM order", ["syntax error"]),
        ("sqlite:///{here}/shop.db", "SELECT * FROM ordres", ["no such table: ordres"]),
        ("sqlite:///{here}/shop.db", "SELECT * FROM orders WHERE id > 1000", ["no rows"]),
        ("sqlite:///{here}/shop.db", "DROP TABLE orders", ["readonly database"]),
        ("sqlite:///{here}/shop.db", None, ["--query"]),
        ("sqlite:///{here}/nothing.db", "SELECT 1", ["no such database file"]),
        ("env:NO_SUCH_VARIABLE", "SELECT 1", ["no variable NO_SUCH_VARIABLE"]),
        ("nonsense://{here}", "SELECT 1", ["nonsense"]),
    ],
)
def test_a_query_that_brings_nothing_says_why(
    data: str, query: str | None, words: list[str], tmp_path: Path, products: Path
) -> None:
    forms.sqlite(tmp_path / "shop.db")
    message = refusal(data.format(here=tmp_path), products, query=query)
    assert [word for word in words if word not in message] == []


def test_parquet_with_lists_inside_is_refused(tmp_path: Path, products: Path) -> None:
    pyarrow.parquet.write_table(pa.table({"tags": [["a"], ["b"]], "y": [1, 2]}), tmp_path / "a.parquet")
    assert "column tags holds list" in refusal(tmp_path / "a.parquet", products)


@pytest.mark.parametrize("left", [0, 100, -20])
def test_parquet_that_was_cut_off_is_refused(left: int, tmp_path: Path, products: Path) -> None:
    forms.parquet(tmp_path / "a.parquet")
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:left])
    assert "a.parquet: not a table in Parquet" in refusal(tmp_path / "a.parquet", products)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_are_whole_wherever_a_block_of_the_file_ends(end: str, tmp_path: Path) -> None:
    draw, cells = random.Random(0), ["plain", "a,b", 'q"q', "two\nlines", '"', None]
    rows = [[draw.choice(cells), str(number)] for number in range(200)]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator=end).writerows([["words", "number"], *rows])
    for size in (7, 50, 333):
        parts = batches.batches(Source(path="a.csv"), tmp_path / "a.csv", block=size)
        assert [list(row.values()) for batch in parts for row in batch.to_pylist()] == rows
