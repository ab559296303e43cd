"""One table in many forms: whatever it came in, the contract and the data are the same."""

import csv
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from product import batches, draft, product_file, table
from product.declaration import Product
from product.errors import UserError
from product.source_declaration import Source
from product.wish import Wish
from stages import data_creation
from tests.draft import forms

SETTINGS = {"source", "title", "description"}


def drafted(data: str, products: Path, **wish: str) -> tuple[Product, pd.DataFrame]:
    """The product drafted from this, and the table that its first stage makes."""
    name = draft.draft(data, "y", Wish(name="forms", **wish))  # type: ignore[arg-type]
    product, folder = product_file.load(name), products / name
    data_creation.fetch(product, folder, folder / "raw.csv")
    found, trouble = table.read(folder / "raw.csv", product)
    assert trouble == []
    return product, found


def assert_the_same(product: Product, found: pd.DataFrame) -> None:
    wanted = pd.DataFrame(forms.rows(), columns=forms.HEADER)
    assert found["size"].tolist() == wanted["size"].tolist()
    assert found["day"].tolist() == [day.isoformat() for day in wanted["day"]]
    assert found["colour"].tolist() == wanted["colour"].tolist()
    np.testing.assert_array_equal(found["age"], wanted["age"])
    assert found["y"].tolist() == wanted["y"].tolist()
    assert found["id"].tolist() == [str(number) for number in wanted["id"]]
    kinds = {name: feature.type for name, feature in product.features.items()}
    assert kinds == {"size": "number", "colour": "category", "day": "date", "age": "integer"}
    assert (product.id, product.target.task, product.target.positive) == ("id", "binary", "yes")
    assert [name for name, feature in product.features.items() if feature.nullable] == ["age"]


@pytest.mark.parametrize("name", forms.FILES)
def test_every_form_of_a_file_gives_the_same_contract_and_data(name: str, tmp_path: Path, products: Path) -> None:
    forms.FILES[name](tmp_path / name)
    product, found = drafted(str(tmp_path / name), products)
    assert_the_same(product, found)
    forms.FILES["plain.csv"](tmp_path / "plain.csv")
    plain, rows = drafted(str(tmp_path / "plain.csv"), products)
    assert product.model_dump(exclude=SETTINGS) == plain.model_dump(exclude=SETTINGS)
    np.testing.assert_array_equal(table.row_hash(found), table.row_hash(rows))


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
    product, found = drafted(str(tmp_path / "t.csv"), products)
    assert product.features["day"].type == "date"
    assert found["day"][1] == day


def test_a_header_with_spaces_lines_and_a_second_mark_is_read_as_a_person_would(tmp_path: Path, products: Path) -> None:
    rows = [f"{n % 7 + n / 100}, {n % 2},{'yes' if n % 4 else 'no'}" for n in range(60)]
    header = '\ufeff\ufeffsize, is new,"in\nEUR",y'
    (tmp_path / "t.csv").write_text("\n".join([header, *(f"{n % 5},{row}" for n, row in enumerate(rows)), ""]), "utf-8")
    product, found = drafted(str(tmp_path / "t.csv"), products)
    assert list(product.features) == ["size", "is new", "in EUR"]
    assert len(found) == 60


@pytest.mark.parametrize("by", ["url", "variable"])
def test_a_query_gives_the_same_contract_and_data(
    by: str, tmp_path: Path, products: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms.sqlite(tmp_path / "shop.db")
    monkeypatch.setenv("SHOP", f"sqlite:///{tmp_path / 'shop.db'}")
    data = "env:SHOP" if by == "variable" else f"sqlite:///{tmp_path / 'shop.db'}"
    assert_the_same(*drafted(data, products, query="SELECT * FROM orders WHERE id > 0 ORDER BY id"))


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
    with pytest.raises(UserError) as error:
        draft.draft(data.format(here=tmp_path), "y", Wish(query=query))
    assert [word for word in words if word not in str(error.value)] == []
    assert not products.exists()


def test_parquet_with_lists_inside_is_refused(tmp_path: Path, products: Path) -> None:
    pyarrow.parquet.write_table(pa.table({"tags": [["a"], ["b"]], "y": [1, 2]}), tmp_path / "a.parquet")
    with pytest.raises(UserError, match="column tags holds list"):
        draft.draft(str(tmp_path / "a.parquet"), "y", Wish())


@pytest.mark.parametrize("left", [0, 100, -20])
def test_parquet_that_was_cut_off_is_refused(left: int, tmp_path: Path, products: Path) -> None:
    forms.parquet(tmp_path / "a.parquet")
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:left])
    with pytest.raises(UserError, match=r"a\.parquet: not a table in Parquet"):
        draft.draft(str(tmp_path / "a.parquet"), "y", Wish())
    assert not products.exists()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_are_whole_wherever_a_block_of_the_file_ends(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, cells = random.Random(0), ["plain", "a,b", 'q"q', "two\nlines", '"', None]
    rows = [[draw.choice(cells), str(number)] for number in range(200)]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator=end).writerows([["words", "number"], *rows])
    for size in (7, 50, 333):
        monkeypatch.setattr(batches, "BLOCK", size)
        found = batches.batches(Source(path="a.csv"), tmp_path / "a.csv")
        assert [list(row.values()) for batch in found for row in batch.to_pylist()] == rows
