"""The tables of the products whose files were improved by hand: a draft that nobody touched passes its gates too."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from product import draft, product_file
from product.wish import Wish
from tests.checkout import Checkout
from tests.draft import forms

PRODUCTS = Path(__file__).resolve().parents[2] / "products"


@pytest.mark.parametrize(
    ("product", "target", "by"), [("weather", "weather", None), ("temperatures", "tomorrow", "date")]
)
def test_a_fresh_draft_passes_its_gates(shop: Checkout, product: str, target: str, by: str | None) -> None:
    table = shop.root / f"fresh-{product}.csv"
    subprocess.run([sys.executable, str(PRODUCTS / product / "make_table.py"), str(table)], check=True)
    done = shop.bash("pipeline.sh", "--data", str(table), "--target", target)
    assert done.returncode == 0, done.stderr
    assert "FAILED" not in done.stderr
    assert "promoted: first model" in done.stderr
    drafted = product_file.load(str(shop.root / "final" / "products" / f"fresh-{product}"))
    kept = product_file.load(product)
    assert drafted.split.by == kept.split.by == by
    assert drafted.target.task == kept.target.task
    assert {name: one.type for name, one in drafted.features.items()} == {
        name: one.type for name, one in kept.features.items()
    }


def in_order(path: Path, answers: list[str], every: int = 1) -> None:
    """A table in the order of days, one day for each `every` rows."""
    days = [date(2020, 1, 1) + timedelta(row // every) for row in range(len(answers))]
    rows = [f"{day},{row % 7},{answer}" for row, (day, answer) in enumerate(zip(days, answers, strict=True))]
    path.write_text("\n".join(["when,size,y", *rows, ""]))


@pytest.mark.parametrize(
    ("answers", "every", "by"),
    [
        (["a", "b"] * 100, 1, "when"),
        (["a", "b"] * 100, 2, "when"),
        (["a", "b"] * 100, 20, None),  # ten days are no course of time
        (["a"] * 30 + ["a", "b"] * 60 + ["a"] * 50, 1, None),  # the latest have no b
        (["a", "b"] * 70 + ["a"] * 36 + ["a", "b"] * 22, 1, None),  # the middle have none
        (["NA", "b", "a", "b"] * 60, 1, "when"),
    ],
)
def test_a_table_in_the_order_of_a_date_is_split_by_it_where_every_part_has_every_class(
    answers: list[str], every: int, by: str | None, tmp_path: Path, products: Path
) -> None:
    in_order(tmp_path / "t.csv", answers, every)
    draft.draft(str(tmp_path / "t.csv"), "y", Wish())
    assert product_file.load("t").split.by == by
    said = (products / "t" / "product.yaml").read_text()
    assert ("tested on the latest" in said) == (by is not None)


def test_days_in_no_order_split_nothing(tmp_path: Path, products: Path) -> None:
    forms.FILES["plain.csv"](tmp_path / "t.csv")
    draft.draft(str(tmp_path / "t.csv"), "y", Wish())
    assert product_file.load("t").split.by is None
