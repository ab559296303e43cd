"""What a draft notices and goes on with: each guess says its evidence, and the file carries it."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from core.spec import request
from core.spec.columns import Text
from core.spec.product import Product
from core.table import validation
from tests.support import forms
from tests.support.drafts import drafted

Column = Callable[[int], Any]


def write_table(path: Path, columns: Mapping[str, Iterable[Any]]) -> None:
    """The usual table with more columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*forms.HEADER[1:], *columns])
        writer.writerows(
            [*row[1:], *cells] for row, cells in zip(forms.rows(), zip(*columns.values(), strict=False), strict=False)
        )


def line_of(folder: Path, name: str) -> str:
    """The line of a product file about a column, with the next one."""
    lines = (folder / "product.yaml").read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if re.match(rf"(  - |  |id: ){name}\b", line))
    return " ".join(lines[at : at + 2])


@pytest.fixture
def with_column(tmp_path: Path, products: Path) -> Callable[..., tuple[Product, str]]:
    """Drafts the usual table with one more column; gives the product and the line of its file about that column."""

    def made(name: str, values: Iterable[Any], **wish: Any) -> tuple[Product, str]:
        write_table(tmp_path / "table.csv", {name: values})
        product, folder = drafted(tmp_path / "table.csv", products, **wish)
        return product, line_of(folder, name)

    return made


COLUMNS: list[tuple[str, Column, str | None, str]] = [
    ("constant", lambda n: "always", None, "constant: every value is 'always'"),
    ("nothing", lambda n: "", None, "empty: not one value"),
    ("visits", lambda n: "NA" if n % 3 else n % 7, "integer", "160 of 240 missing, written NA"),
    ("customer_id", lambda n: n, "id", "240 different values, none missing"),
    ("account", lambda n: 7 * n + 1000, "integer", "every value is different: if it is an id, leave it out"),
    ("visitor_id", lambda n: 1000 + n // 2, "integer", "named like an id, but values repeat"),
    ("visitor id", lambda n: f"V{n // 2}", "text", "named like an id, but values repeat"),
    ("surname", lambda n: f"Name {n}", None, "every value is different"),
    ("answer", lambda n: "yes" if n % 2 else "NO", "boolean", "only NO, yes"),
    ("month", lambda n: 1 + n % 12, "category", "12 whole numbers, and the name means a code"),
    ("postcode", lambda n: f"0{1000 + n % 90}", "text", "codes: digits that start with 0"),
    ("grade", lambda n: "NA" if n % 9 == 0 else "abc"[n % 3] * 3, "category", "27 of 240 missing, written NA"),
    ("drink", lambda n: ["low", "high", "None"][n % 3], "category", "'None' (80 cells) is a value"),
    ("mark", lambda n: ["A", "B", "-"][n % 3], "category", "'-' (80 cells) is a value"),
    ("note", lambda n: ["1", "2-", "3+", "2"][n % 4], "category", "4 values, the rarest 60 times"),
    ("rise", lambda n: "#DIV/0!" if n % 3 else n / 8, "number", "160 of 240 missing, written #DIV/0!"),
    ("grow", lambda n: ["n/a", "#N/A", n / 8][n % 3], "number", "missing, written #N/A (80) or n/a (80)"),
    ("paid", lambda n: "unknown" if n % 5 == 0 else n / 8, "number", "48 of 240 missing, written unknown"),
    ("stock", lambda n: "sold out" if n % 5 == 0 else n, "integer", "48 of 240 missing, written sold out"),
    (
        "met_2",
        lambda n: "NA" if n % 9 == 0 else f"2020-02-{1 + n % 28:02d}",
        "date",
        "27 of 240 missing, written NA",
    ),
    ("rownames", lambda n: n, None, "row numbers"),
    ("row number", lambda n: n, None, "row numbers"),
    ("tweet", lambda n: 2**60 + n, None, "more digits than a float keeps, every value is different: an id"),
    ("author", lambda n: 2**60 + n // 9, "text", "codes: whole numbers with more digits"),
    ("cabin", lambda n: ["1st", "2nd", "3rd"][n % 3], "category", "3 values, the rarest 80 times"),
    ("insured", lambda n: ["1. Yes", "2. No"][n % 2], "category", "2 values, the rarest 120 times"),
    ("weight", lambda n: "nan" if n % 3 else n % 7, "integer", "160 of 240 missing, written nan"),
    (
        "seen",
        lambda n: f"2020-02-{1 + n % 28:02d}T0{n % 9}:00:00.{n:03d}Z",
        "date",
        "written as %Y-%m-%dT%H:%M:%S%z, read as the time on the wall",
    ),
    ("sold", lambda n: f"{1 + n % 12}/{1 + n % 28}/2020 {n % 24}:05", "date", "written as %m/%d/%Y %H:%M"),
    ("born", lambda n: f"{['Jan', 'Feb'][n % 2]} {1 + n % 28} 2000", "date", "written as %b %d %Y"),
    ("met", lambda n: f"2020-{1 + n % 12}-{1 + n % 28}", "date", "written as %Y-%m-%d"),
    ("country", lambda n: ["DE", "FR", "NA"][n % 3], "category", "3 values, the rarest 80 times"),
]


@pytest.fixture(scope="module")
def with_all(tmp_path_factory: pytest.TempPathFactory) -> tuple[Product, Path]:
    """The draft of the usual table with all these columns."""
    folder = tmp_path_factory.mktemp("columns")
    write_table(folder / "table.csv", {name: map(value, range(240)) for name, value, _, _ in COLUMNS})
    return drafted(folder / "table.csv", folder / "products")


@pytest.mark.parametrize(("name", "kind", "evidence"), [(name, *guess) for name, _, *guess in COLUMNS])
def test_a_column_is_guessed_with_its_evidence(
    with_all: tuple[Product, Path], name: str, kind: str | None, evidence: str
) -> None:
    product, folder = with_all
    assert evidence in line_of(folder, name)
    kinds: dict[str, str] = {feature: settings.type for feature, settings in product.features.items()}
    kinds |= {product.id: "id"} if product.id else {}
    assert kinds.get(name) == kind
    assert (name in product.ignore) == (kind is None)


def test_a_word_for_a_missing_value_is_a_value_if_no_other_column_uses_it_so(
    with_column: Callable[..., tuple[Product, str]],
) -> None:
    product, line = with_column("region", (["EMEA", "APAC", "NA"][n % 3] for n in range(240)))
    assert "'NA' (80 cells) is a value" in line
    assert product.features["region"].type == "category"


def test_a_category_with_a_long_tail_takes_values_that_the_table_had_not(
    with_column: Callable[..., tuple[Product, str]],
) -> None:
    product, line = with_column("town", [f"Town {min(n % 50, 12)}" if n else "Only once" for n in range(240)])
    assert "14 values, some of them rare: a value that comes later is accepted as new" in line
    row = {**request.example_row(product.contract), "town": "Never seen"}
    assert request.request_model(product.contract).model_validate(row).model_dump(by_alias=True)["town"] == "Never seen"
    table = pd.DataFrame([{**row, "y": "yes", "day": "2021-02-03", "colour": "blau"}])
    assert [str(found) for found in validation.check(table, product)] == []
    with pytest.raises(ValidationError, match="colour"):
        request.request_model(product.contract).model_validate({**row, "colour": "Never seen"})


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
        drafted(tmp_path / f"{name}.csv", products)
        assert ("has no line end: if the file was cut off" in capsys.readouterr().err) == said


@pytest.mark.parametrize(
    ("name", "values", "groups"),
    [
        (
            "sex",
            ["male", "Male", "male ", "MALE", "female"],
            "'male' (24), 'Male' (24), 'male ' (24), 'MALE' (24) differ",
        ),
        ("town", ["São Paulo", "Sao Paulo", "Rio"], "'São Paulo' (40), 'Sao Paulo' (40) differ"),
        ("mail", ["e-mail", "email", "post"], "'e-mail' (40), 'email' (40) differ"),
        ("grade", ["A", "A+", "A-", "B"], ""),
        ("code", ["c-1", "c1", "c 11"], ""),
    ],
)
def test_spellings_of_one_value_are_named(
    with_column: Callable[..., tuple[Product, str]],
    capsys: pytest.CaptureFixture[str],
    name: str,
    values: list[str],
    groups: str,
) -> None:
    _, line = with_column(name, (values[n % len(values)] for n in range(120)))
    sentence = f"{groups} only by letter case, spaces or spelling"
    assert (sentence in line) == bool(groups)
    assert (f"note: {name}: {sentence}" in capsys.readouterr().err) == bool(groups)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lambda n: f"{['please', 'kindly'][n % 2]} send the parcel {n} today", True),
        (lambda n: f"{['please', 'kindly'][n // 2 % 2]} send the parcel {n // 2 * 2} to{'day' * (n % 3)}", True),
        (lambda n: f"{['Пришлите', 'Верните'][n % 2]} мне посылку {n} сегодня", True),
        (lambda n: f"Name {n}", None),
        (lambda n: f"{n:08x}-{n * n:06x}", None),
        (lambda n: f"order {n} of day {n * 3} in {n * 7}", None),
        (lambda n: f"New York City {n % 60}", False),
    ],
)
def test_several_words_that_come_again_make_a_text(
    with_column: Callable[..., tuple[Product, str]], text: Column, words: bool | None
) -> None:
    product, line = with_column("message", map(text, range(240)))
    feature = product.features.get("message")
    assert (feature.words if isinstance(feature, Text) else None) == words
    assert ("--as message=text takes its words" in line) == (words is None)
    if words is None:
        product, _ = with_column("message", map(text, range(240)), types=("message=text",), redraft=True)
        assert product.features["message"] == Text(type="text", words=True)


def test_a_line_end_in_a_class_stays_in_its_comment(tmp_path: Path, products: Path) -> None:
    classes = ("no", "x\ngates: 1")
    rows = [f'{n % 7 + n / 100},"{classes[n % 2]}"' for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["size,y", *rows, ""]))
    assert drafted(tmp_path / "t.csv", products)[0].target.positive == classes[1]
