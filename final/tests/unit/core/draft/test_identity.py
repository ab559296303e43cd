"""Which product a table is: names from any alphabet, and no table takes the place of another one's product."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import UserError
from core.draft.draft import draft
from core.draft.identity import product_name
from core.draft.options import Wish
from tests.support import forms
from tests.support.drafts import drafted


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("/data/train.csv.gz", "train"),
        ("дома.csv", "doma"),
        ("карты 2024.csv", "karty-2024"),
        ("Größe.csv", "grosse"),
        ("日本.csv", "riben"),
        ("2024.csv", "table-2024"),
        ("...csv", "table"),
        ("env:SHOP_URL", "shop-url"),
        ("й.csv", product_name("и\u0306.csv")),  # one letter, or two as macOS writes it
    ],
)
def test_a_name_is_made_of_the_files_name_in_any_alphabet(data: str, name: str) -> None:
    assert product_name(data) == name


def refused(data: Path | str, products: Path, target: str = "y", **wish: Any) -> str:
    """The message of a draft that is refused and leaves the products as they are."""
    before = {file: file.read_bytes() for file in products.rglob("product.yaml")}
    with pytest.raises(UserError) as error:
        draft(str(data), target, Wish(**wish), products)
    assert {file: file.read_bytes() for file in products.rglob("product.yaml")} == before
    return str(error.value)


@pytest.fixture
def shop(tmp_path: Path, products: Path) -> Path:
    """The table of the product shop."""
    (tmp_path / "here").mkdir()
    forms.FILES["plain.csv"](tmp_path / "here" / "shop.csv")
    drafted(tmp_path / "here" / "shop.csv", products)
    return tmp_path / "here" / "shop.csv"


def test_the_same_file_is_drafted_again_also_after_an_update(shop: Path, products: Path) -> None:
    before = (products / "shop" / "product.yaml").read_bytes()
    drafted(shop, products)
    assert (products / "shop" / "product.yaml").read_bytes() == before
    lines = shop.read_text().splitlines()
    shop.write_text("\n".join([lines[0] + ",weight", *(f"{line},{n % 7}" for n, line in enumerate(lines[1:90])), ""]))
    assert "weight" in drafted(shop, products)[0].features


def test_another_file_of_the_same_name_names_both_and_the_ways_on(shop: Path, products: Path, tmp_path: Path) -> None:
    there = tmp_path / "there" / "shop.csv"
    there.parent.mkdir()
    shutil.copy(shop, there)
    message = refused(there, products)
    assert f"product shop is made from {shop} (target y); {there} (target y) is another" in message
    assert "name of its own by --name, or draft over it by --redraft" in message
    assert "no such file" in refused(tmp_path / "elsewhere" / "shop.csv", products)
    assert drafted(there, products, name="other")[0].name == "other"
    drafted(there, products, redraft=True)
    assert f"product shop is made from {there}" in refused(shop, products)


def test_another_target_or_query_is_another_product(shop: Path, products: Path, tmp_path: Path) -> None:
    assert f"{shop} (target colour) is another" in refused(shop, products, "colour")
    forms.sqlite(tmp_path / "shop.db")
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    where: dict[str, Any] = {"name": "orders", "query": "SELECT * FROM orders"}
    for _ in range(2):
        drafted(url, products, **where)
    message = refused(url, products, **{**where, "query": "SELECT * FROM orders WHERE id > 9"})
    assert "is made from sqlite:///" in message
    assert "WHERE id > 9 (target y) is another" in message


def test_another_table_in_the_place_of_the_file_is_noticed(shop: Path, products: Path) -> None:
    shop.write_text(
        "\n".join(["amount,hour,y", *(f"{n % 9},{n % 24},{'yes' if n % 3 else 'no'}" for n in range(90)), ""])
    )
    message = refused(shop, products)
    assert (
        "is another table than the one that product shop was drafted from: 5 of its 6 columns are gone, such as"
        in message
    )
    assert "--redraft" in message
    assert set(drafted(shop, products, redraft=True)[0].features) == {"amount", "hour"}


def test_a_file_that_a_person_wrote_is_named_with_its_own_source(shop: Path, products: Path, tmp_path: Path) -> None:
    file = products / "shop" / "product.yaml"
    file.write_text(file.read_text().replace("seed: 0", "seed: 1"))
    assert "was edited by hand, so it is not drafted again" in refused(shop, products)
    shutil.copy(shop, tmp_path / "shop.csv")
    assert f"product shop is made from {shop}" in refused(tmp_path / "shop.csv", products)
    file.write_text(file.read_text().replace("seed: 1", "seeds: 1"))
    assert "was edited by hand" in refused(tmp_path / "shop.csv", products)
