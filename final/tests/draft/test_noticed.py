"""What a draft notices and goes on with: each guess says its evidence, and the file carries it."""

import csv
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from product import contract, draft, product_file, validation
from product.declaration import Product
from product.wish import Wish
from tests.draft import forms

Column = Callable[[int], Any]


@pytest.fixture
def with_column(tmp_path: Path, products: Path) -> Callable[..., tuple[Product, str]]:
    """Drafts the usual table with one more column; gives the product and the line of its file about that column."""

    def made(name: str, values: Iterable[Any], **wish: Any) -> tuple[Product, str]:
        with (tmp_path / "table.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*forms.HEADER[1:], name])
            writer.writerows([*row[1:], value] for row, value in zip(forms.rows(), values, strict=False))
        draft.draft(str(tmp_path / "table.csv"), "y", Wish(name="more", **wish))
        lines = (products / "more" / "product.yaml").read_text().splitlines()
        at = next(n for n, line in enumerate(lines) if re.match(rf"(  - |  |id: ){name}\b", line))
        return product_file.load("more"), " ".join(lines[at : at + 2])

    return made


@pytest.mark.parametrize(
    ("name", "value", "kind", "evidence"),
    [
        ("constant", lambda n: "always", None, "constant: every value is 'always'"),
        ("nothing", lambda n: "", None, "empty: not one value"),
        ("visits", lambda n: "NA" if n % 3 else n % 7, "integer", "160 of 240 missing, written NA"),
        ("customer_id", lambda n: n, "id", "240 different values, none missing"),
        ("account", lambda n: 7 * n + 1000, "integer", "every value is different: if it is an id, leave it out"),
        ("visitor_id", lambda n: 1000 + n // 2, "integer", "named like an id, but values come twice"),
        ("visitor id", lambda n: f"V{n // 2}", "text", "named like an id, but values come twice"),
        ("surname", lambda n: f"Name {n}", None, "every value is different"),
        ("answer", lambda n: "yes" if n % 2 else "NO", "boolean", "only NO, yes"),
        ("month", lambda n: 1 + n % 12, "category", "12 whole numbers, and the name says a code"),
        ("postcode", lambda n: f"0{1000 + n % 90}", "text", "codes: digits that start with 0"),
        ("grade", lambda n: "NA" if n % 9 == 0 else "ABC"[n % 3] * 3, "category", "27 of 240 missing, written NA"),
        ("rownames", lambda n: n, None, "counts the rows"),
        ("row number", lambda n: n, None, "counts the rows"),
        ("tweet", lambda n: 2**60 + n, None, "too long to be told apart as numbers, every one different: an id"),
        ("author", lambda n: 2**60 + n // 9, "text", "codes: whole numbers too long to be told apart"),
        ("cabin", lambda n: ["1st", "2nd", "3rd"][n % 3], "category", "3 values, the rarest 80 times"),
        ("insured", lambda n: ["1. Yes", "2. No"][n % 2], "category", "2 values, the rarest 120 times"),
        ("weight", lambda n: "nan" if n % 3 else n % 7, "integer", "160 of 240 missing, written nan"),
        (
            "seen",
            lambda n: f"2020-02-{1 + n % 28:02d}T0{n % 9}:00:00.{n:03d}Z",
            "date",
            "written as %Y-%m-%dT%H:%M:%SZ",
        ),
        ("sold", lambda n: f"{1 + n % 12}/{1 + n % 28}/2020 {n % 24}:05", "date", "written as %m/%d/%Y %H:%M"),
        ("born", lambda n: f"{['Jan', 'Feb'][n % 2]} {1 + n % 28} 2000", "date", "written as %b %d %Y"),
        ("met", lambda n: f"2020-{1 + n % 12}-{1 + n % 28}", "date", "written as %Y-%m-%d"),
        ("country", lambda n: ["DE", "FR", "NA"][n % 3], "category", "3 values, the rarest 80 times"),
    ],
)
def test_a_column_is_guessed_with_its_evidence(
    with_column: Callable[..., tuple[Product, str]], name: str, value: Column, kind: str | None, evidence: str
) -> None:
    product, line = with_column(name, map(value, range(240)))
    assert evidence in line
    found = "id" if product.id == name else product.features[name].type if name in product.features else None
    assert found == kind
    assert (name in product.ignore) == (kind is None)


def test_a_category_with_a_long_tail_takes_values_that_the_table_had_not(
    with_column: Callable[..., tuple[Product, str]],
) -> None:
    product, line = with_column("town", [f"Town {min(n % 50, 12)}" if n else "Only once" for n in range(240)])
    assert "14 values, some of them rare: others that come later are taken as new" in line
    row = {**contract.example_row(product.contract), "town": "Never seen"}
    assert (
        contract.request_model(product.contract).model_validate(row).model_dump(by_alias=True)["town"] == "Never seen"
    )
    table = pd.DataFrame([{**row, "y": "yes", "day": "2021-02-03", "colour": "blau"}])
    assert [str(found) for found in validation.check(table, product)] == []
    with pytest.raises(ValidationError, match="colour"):
        contract.request_model(product.contract).model_validate({**row, "colour": "Never seen"})


def test_a_person_overrules_a_guess(with_column: Callable[..., tuple[Product, str]]) -> None:
    product, _ = with_column("size2", [n % 5 for n in range(240)], types=("size2=category",), ignore=("age",))
    assert product.features["size2"].type == "category"
    assert "age" in product.ignore


def test_a_file_without_an_end_of_its_last_line_is_pointed_at(
    tmp_path: Path, products: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "whole.csv").write_text(forms.text())
    (tmp_path / "cut.csv").write_text(forms.text()[:-1])
    for name, said in {"whole": False, "cut": True}.items():
        draft.draft(str(tmp_path / f"{name}.csv"), "y", Wish())
        assert ("has no line end: if the file was cut off" in capsys.readouterr().err) == said
