"""Which lines of a file are rows: whatever else is between them is named and left out, or the file is refused."""

import csv
import io
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from core.base import terminal
from core.draft.guess_header import is_missing
from core.draft.guess_rows import FOOTER, TOTAL
from core.source import batches
from core.source.column_names import names_of
from core.spec.product import Product
from core.spec.source import Source
from tests.support.drafts import drafted_table, refusal

HEADER = "region,month,visits,size,y"
COUNT = 60


def _row(draw: random.Random) -> list[Any]:
    place, month = draw.choice(["North", "South", "West"]), draw.choice(["Jan", "Feb", "Mar"])
    return [place, month, draw.randint(100, 900), round(draw.uniform(1, 20), 2), draw.choice(["yes", "no"])]


ROWS = [_row(draw) for draw in [random.Random(1)] for _ in range(COUNT)]
BODY = [",".join(map(str, row)) for row in ROWS]


def total(word: str, rows: Sequence[Sequence[Any]] = ROWS) -> str:
    return f"{word},{sum(row[2] for row in rows)},{round(sum(row[3] for row in rows), 2)},"


def at(place: int, *lines: str) -> list[str]:
    """The table with lines in front of a row."""
    return [HEADER, *BODY[:place], *lines, *BODY[place:]]


@pytest.fixture
def read(tmp_path: Path, products: Path) -> Callable[..., tuple[Product, pd.DataFrame, str]]:
    """Drafts and reads the lines of a file; gives the product, its table, and what stderr says was left out."""

    def made(lines: Sequence[str], end: str = "\n", **wish: Any) -> tuple[Product, pd.DataFrame, str]:
        (tmp_path / "t.csv").write_bytes((end.join(lines) + end).encode())
        with terminal.console.capture() as screen:
            product, table = drafted_table(tmp_path / "t.csv", products, **wish)
        spoken = [line for line in screen.get().splitlines() if line.startswith(("left out:", "note:"))]
        written = (products / product.name / "product.yaml").read_text()
        remarks = "\n".join(spoken)
        assert [line for line in spoken if line.startswith("left out:") and f"  # {line}" not in written] == []
        return product, table, remarks

    return made


def assert_only_rows(product: Product, table: pd.DataFrame) -> None:
    names = HEADER.split(",")
    assert [list(row) for row in table[names].itertuples(index=False)] == ROWS
    assert list(product.features) == names[:-1]
    assert not any(feature.nullable for feature in product.features.values())


NO_ROWS: dict[str, tuple[list[str], str]] = {
    "blank rows": ([*at(10, ",,,,", ",,,,"), ",,,,"], "left out: 3 blank rows (lines 12, 13, 64)"),
    "rows of spaces": (at(10, "  , , ,,", "   "), "2 blank rows (lines 12, 13)"),
    "a total": ([*at(0), total("Grand Total,")], "line 62: 'Grand Total,,"),
    "a total and a blank row": ([*at(0), ",,,,", total("Total,")], "visits, size are the sums of the rows above"),
    "a total in the second column": ([*at(0), total(",Sum")], "a total: 'Sum'"),
    "a total without a word": ([*at(0), total(",")], "line 62: ',,"),
    "a total that is not a sum": ([*at(0), "Summe,,5,7.5,"], "a total: 'Summe'"),
    "a total in another language": ([*at(0), total("Итого:,")], "a total: 'Итого:'"),
    "a total of fewer cells": ([*at(0), "Total,,35"], "a total"),
    "a total and means": ([*at(0), total("Total,"), "Average,,498.9,11.3,"], "line 63: 'Average"),
    "a total above": (at(0, total("Total,")), "line 2: 'Total"),
    "subtotals": (
        [HEADER, *(line for k in (0, 20, 40) for line in [*BODY[k : k + 20], total("Total,", ROWS[k : k + 20])])],
        "3 such lines (lines 22, 43, 64)",
    ),
    "a footer": ([*at(0), "", "Source: World Bank", "Note: 2020, provisional"], "line 63: 'Source: World Bank'"),
    "a footer of all cells": ([*at(0), "Source: World Bank,,,,"], "line 62: 'Source: World Bank,,,,': a footer"),
    "a total and a footer": ([*at(0), total("Total,"), "", "Quelle: Destatis"], "line 64: 'Quelle: Destatis'"),
    "comments above": (["# made by x", "# on 2020-01-01, late", *at(0)], "2 such lines (lines 1, 2)"),
    "a comment between": (at(20, "# second batch"), "line 22: '# second batch': a comment"),
    "a comment of as many cells": (at(20, "# a,b,c,d,e"), "line 22: '# a,b,c,d,e': a comment"),
    "the header again": (at(30, HEADER), f"line 32: '{HEADER}': the header again"),
    "title and header again": (["Report", "", *at(30, "Report", "", HEADER)], "line 34: 'Report': the title again"),
    "units": (at(0, ",,n,kg,"), "line 2: ',,n,kg,': units"),
    "a unit that nobody knows": (at(0, ",,widgets,,"), "line 2: ',,widgets,,': units"),
    "a footer of one word": ([*at(0), "", "Disclaimer"], "line 63: 'Disclaimer': a footer"),
    "units in brackets": (at(0, "(text),(text),[n],[kg],(text)"), "units"),
    "types": (at(0, "str,str,int64,float64,object"), "units"),
    "the separator of Excel": (["sep=,", *at(0)], "line 1: 'sep=,"),
    "a title": (["Sales report 2020", *at(0)], "line 1: 'Sales report 2020': above the header"),
    "a title of all cells": (["Sales report 2020,,,,", ",,,,", *at(0)], "line 1: 'Sales report 2020,,,,'"),
    "a header of two lines": (["Place,,Numbers,,Answer", *at(0)], "line 1: 'Place,,Numbers,,Answer'"),
    "an empty first line": (["", *at(0)], ""),
    "everything": (
        ["Report", "# x", HEADER, ",,n,kg,", *BODY[:9], ",,,,", "# y", *BODY[9:], total("Total,"), "", "Source: us"],
        "line 69: 'Source: us'",
    ),
}


@pytest.mark.parametrize(("name", "end"), [*((name, "\n") for name in NO_ROWS), ("everything", "\r\n")])
def test_what_is_no_row_is_named_and_left_out(
    name: str, end: str, read: Callable[..., tuple[Product, pd.DataFrame, str]]
) -> None:
    lines, words = NO_ROWS[name]
    product, table, remarks = read(lines, end)
    assert_only_rows(product, table)
    assert words in remarks


def test_a_product_reads_the_next_file_alike(
    tmp_path: Path, products: Path, read: Callable[..., tuple[Product, pd.DataFrame, str]]
) -> None:
    """Next month's report has more rows and another total."""
    from stages import data_creation

    product, _, _ = read([*at(5, ",,,,", "# x"), total("Total,"), "Source: us"])
    more = ["East,Jan,5,5.5,yes", *at(7, ",,,,", "# z")[1:], "Total,,1,2,", "Source: us"]
    (tmp_path / "t.csv").write_text("\n".join([HEADER, *more, ""]))
    data_creation.fetch(product, products / "t", tmp_path / "raw.csv")
    assert len((tmp_path / "raw.csv").read_text().splitlines()) == COUNT + 2


def test_a_word_for_a_total_can_be_a_value(read: Callable[..., tuple[Product, pd.DataFrame, str]]) -> None:
    product, table, remarks = read([HEADER, *(line.replace("North", "Total") for line in BODY)])
    assert (len(table), remarks) == (COUNT, "")
    assert "Total" in table["region"].tolist()
    assert product.features["region"].type == "category"


def test_comments_far_below_are_left_out(read: Callable[..., tuple[Product, pd.DataFrame, str]]) -> None:
    lines = [HEADER, *BODY * 5, *(line for n in range(60) for line in (f"# part {n}", BODY[n]))]
    _, table, remarks = read(lines)
    assert len(table) == 6 * COUNT
    assert "60 such lines (lines 302, 304, 306, ...)" in remarks


def test_texts_can_begin_like_comments(read: Callable[..., tuple[Product, pd.DataFrame, str]]) -> None:
    product, table, remarks = read([HEADER, *(line.replace("North", "# North") for line in BODY)])
    assert (len(table), remarks) == (COUNT, "")
    assert "# North" in table["region"].tolist()
    assert product.features["region"].type == "category"


def test_a_line_is_kept_if_a_person_says_so(read: Callable[..., tuple[Product, pd.DataFrame, str]]) -> None:
    lines = [*at(0), "North,Sum,5,7.5,yes"]
    assert len(read(lines)[1]) == COUNT
    assert len(read(lines, keep_lines=(62,))[1]) == COUNT + 1


def test_a_lone_number_is_noted(read: Callable[..., tuple[Product, pd.DataFrame, str]]) -> None:
    _, table, remarks = read([*at(20, "North,Jan,117472,3.5,yes")])
    assert len(table) == COUNT + 1
    assert "note: visits: 117,472 (line 22) is 133 times the next largest, 882" in remarks


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (at(5, "a,b,c"), "line 7 has 3 fields, the header has 5"),
        ([*at(0), "Nort,Ja"], "line 62 has 2 fields"),
        ([*at(0), "North,Jan,882,2.2,yes,1"], "line 62 has 6 fields"),
        (BODY, "the header is missing: line 1 is North, Mar"),
        (at(0, *[f"x{n},1" for n in range(60)]), "line 2 has 2 fields"),
    ],
)
def test_what_may_be_a_damaged_row_is_refused(lines: list[str], words: str, tmp_path: Path, products: Path) -> None:
    (tmp_path / "t.csv").write_text("\n".join([*lines, ""]))
    assert words in refusal(tmp_path / "t.csv", products)


@pytest.mark.parametrize(
    ("header", "cells", "left_out"),
    [
        ("", lambda n: 3 * n + 7, "unnamed_1"),
        ("Unnamed: 0", lambda n: 3 * n + 7, "Unnamed: 0"),
        ("Unnamed: 0", lambda n: n % 20, "Unnamed: 0"),  # of tables joined
        ("Unnamed: 0.1", lambda n: 3 * n + 7, "Unnamed: 0.1"),
        ("__index_level_0__", lambda n: 3 * n + 7, "__index_level_0__"),
        ("index", lambda n: 3 * n + 7, "index"),
        ("row.names", lambda n: f"Car {n}", "row.names"),
        (None, lambda n: 3 * n + 7, "unnamed_1"),
        (None, lambda n: f"Car {n}", "unnamed_1"),
        ("nr", lambda n: n, "nr"),
        ("whatever", lambda n: n + 1, "whatever"),
    ],
)
def test_an_index_is_named_and_left_out(
    header: str | None,
    cells: Callable[[int], Any],
    left_out: str,
    read: Callable[..., tuple[Product, pd.DataFrame, str]],
) -> None:
    first = HEADER if header is None else f"{header},{HEADER}"
    product, table, _ = read([first, *(f"{cells(n)},{line}" for n, line in enumerate(BODY))])
    assert_only_rows(product, table)
    assert product.ignore == (left_out,)


def test_an_index_is_a_feature_if_a_person_says_so(read: Callable[..., tuple[Product, pd.DataFrame, str]]) -> None:
    lines = [f"Unnamed: 0,{HEADER}", *(f"{3 * n},{line}" for n, line in enumerate(BODY))]
    product, _, _ = read(lines, types=("Unnamed: 0=integer",))
    assert product.features["Unnamed: 0"].type == "integer"


def test_an_index_of_a_saved_frame_is_left_out(tmp_path: Path, products: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=HEADER.split(",")).assign(visits=lambda rows: rows["visits"] + 0.5)
    frame.iloc[::2].to_parquet(tmp_path / "t.parquet")
    product, table = drafted_table(tmp_path / "t.parquet", products)
    assert (len(table), product.ignore) == (30, ())  # a range is no column
    frame.sample(50, random_state=1).to_parquet(tmp_path / "u.parquet")
    product, table = drafted_table(tmp_path / "u.parquet", products)
    assert (len(table), product.ignore) == (50, ("__index_level_0__",))


def test_a_total_of_a_parquet_file_is_left_out(tmp_path: Path, products: Path) -> None:
    table = pd.DataFrame([*ROWS, ["Total", None, 5, 6.5, None], [None] * 5], columns=HEADER.split(","))
    pyarrow.parquet.write_table(pa.Table.from_pandas(table, preserve_index=False), tmp_path / "t.parquet")
    product, rows = drafted_table(tmp_path / "t.parquet", products)
    assert_only_rows(product, rows)


@pytest.mark.parametrize(
    ("names", "numeric", "target", "missing"),
    [
        ([*map(str, range(16)), "digit"], 16, "digit", False),
        (["country", "2010", "2011", "group"], 2, "group", False),
        (["1100.5", "1101", "1101.5", "y"], 3, "y", False),
        (["2020-01-01", "2020-01-02", "y"], 2, "y", False),
        (["5.1", "3.5", "0"], 3, "species", True),
        (["5.1", "3.5", "4"], 3, "4", True),
        (["0", "1", "2"], 3, "2", False),
        (["size", "2", "y"], 3, "y", False),
    ],
)
def test_numbers_are_names_if_the_target_is_among_them(
    names: list[str], numeric: int, target: str, missing: bool
) -> None:
    assert is_missing(names, numeric, target) == missing


def test_a_person_names_the_header(read: Callable[..., tuple[Product, pd.DataFrame, str]], products: Path) -> None:
    renamed = [",".join([*line.split(",")[:-1], "yes" if n % 2 else "no"]) for n, line in enumerate(BODY)]
    product, table, _ = read(["5.5,5,6,7,y", *(line.replace("North", "1") for line in renamed)], header_line=1)
    assert (len(table), list(product.features)) == (COUNT, ["5.5", "5", "6", "7"])
    product, table, remarks = read(["a,b,c,d,y", "f,g,h,i,y", *renamed], header_line=2, redraft=True)
    assert (len(table), list(product.features)) == (COUNT, ["f", "g", "h", "i"])
    assert "line 1: 'a,b,c,d,y': above the header" in remarks


def test_a_file_without_a_header_is_read_if_a_person_says_so(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\n".join([*BODY, ""]))
    source = Source(path="t.csv", header=0)
    assert names_of(tmp_path / "t.csv", source) == [f"column_{n}" for n in range(1, 6)]
    assert sum(len(batch) for batch in batches.batches(source, tmp_path / "t.csv")) == COUNT


@pytest.mark.parametrize(
    "text", ["Total", "grand total", "TOTALS:", "Sub-total", "Summe", "Всего", "Total (2020)", "Итог"]
)
def test_words_for_a_total(text: str) -> None:
    assert TOTAL.fullmatch(text)


@pytest.mark.parametrize("text", ["Summer", "Total-Fina", "Totally", "Meanwhile", "North", "", "Итоговый"])
def test_words_that_are_no_total(text: str) -> None:
    assert not TOTAL.fullmatch(text)


@pytest.mark.parametrize(
    "text", ["Source: us", "* provisional", "(1) with Alaska", "240 rows", "© 2020", "Примечание: нет"]
)
def test_words_of_a_footer(text: str) -> None:
    assert FOOTER.fullmatch(text)


def written(rows: Sequence[Sequence[Any]], how: str) -> list[str]:
    """Rows with quotes written in one of the ways of the world."""
    ways: dict[str, dict[str, Any]] = {
        "doubled": {},
        "backslash": {"doublequote": False, "escapechar": "\\"},
        "all quoted": {"quoting": csv.QUOTE_ALL},
        "none": {"quoting": csv.QUOTE_NONE, "quotechar": None, "delimiter": "\t"},
    }
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", **ways[how]).writerows(rows)
    return [text.getvalue().removesuffix("\n")]


@pytest.mark.parametrize("how", ["doubled", "backslash", "all quoted", "none"])
@pytest.mark.parametrize(
    "texts",
    [
        ['he said "hi", ok', "plain", "a, b", "two\nlines", '"all"', 'ends with "q"', '"starts" so', '5" pipe'],
        ["C:\\new\\", "plain", "a, b\\", '"', '"C:\\x"', "\\"],
        ['"Hello" so', "plain", 'x"'],
    ],
)
def test_quotes_are_read_as_they_were_written(
    how: str, texts: list[str], read: Callable[..., tuple[Product, pd.DataFrame, str]]
) -> None:
    texts = [re.sub(r"[\n\t]", " ", text) for text in texts] if how == "none" else texts
    rows = [[texts[n % len(texts)], row[2], row[4]] for n, row in enumerate(ROWS)]
    _, table, _ = read(written([["text", "visits", "y"], *rows], how), types=("text=text",))
    assert table["text"].tolist() == [row[0] for row in rows]
    assert table["visits"].tolist() == [row[1] for row in rows]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['"he said "hi", ok",5,5.5', *["x,5,5.5"] * 9], "a quote is inside a quoted field"),
        ([*["x,5,5.5"] * 9, '"cut off'], "the quote in line 11 is never closed"),
        ([*["x,5,5.5"] * 9, '"cut\noff'], "the quote in line 11 is never closed"),
    ],
)
def test_quotes_of_two_ways_are_refused(lines: list[str], words: str, tmp_path: Path, products: Path) -> None:
    (tmp_path / "t.csv").write_text("\n".join(["text,size,y", *lines]))
    message = refusal(tmp_path / "t.csv", products)
    assert words in message


def test_quotes_after_a_space_are_quotes(read: Callable[..., tuple[Product, pd.DataFrame, str]]) -> None:
    lines = [f'{row[2]}, "{"a, b" if n % 3 else "c"}", "{row[4]}"' for n, row in enumerate(ROWS)]
    _, table, _ = read(["visits, text, y", *lines])
    assert table["text"].tolist() == ["a, b" if n % 3 else "c" for n in range(COUNT)]
    assert table["y"].tolist() == [row[4] for row in ROWS]


def test_quotes_that_can_be_read_in_two_ways_are_refused(
    tmp_path: Path, products: Path, read: Callable[..., tuple[Product, pd.DataFrame, str]]
) -> None:
    rows = [[('"Hello', "plain", 'x"')[n % 3], row[2], row[4]] for n, row in enumerate(ROWS)]
    lines = written([["text", "visits", "y"], *rows], "none")
    (tmp_path / "t.csv").write_text("\n".join([*lines, ""]))
    assert "as 21 or 61 rows: name the right one, --quotes doubled or --quotes none" in refusal(
        tmp_path / "t.csv", products
    )
    _, table, _ = read(lines, quotes="none")
    assert table["text"].tolist() == [row[0] for row in rows]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_an_editor(end: str, tmp_path: Path, products: Path) -> None:
    lines = ["Report", "text,visits,y", "(t),(n),(t)"]
    for n, row in enumerate(ROWS):
        lines += [f'"two{end}lines",{"?!" if n == 30 else row[2]},{row[4]}', *([",,"] * (n % 3 == 0))]
    content = end.join([*lines, ""])
    (tmp_path / "t.csv").write_bytes(content.encode())
    line = 1 + next(n for n, text in enumerate(content.split(end)) if "?!" in text)
    assert f"'?!' (line {line - 1})" in refusal(tmp_path / "t.csv", products)  # its row starts in the line before


@pytest.mark.parametrize("size", [20, 500, 1 << 20])
def test_rows_and_lines_do_not_depend_on_blocks(size: int, tmp_path: Path) -> None:
    lines = [
        "Report",
        HEADER,
        *BODY[:20],
        ",,,,",
        "",
        "# x",
        *BODY[20:40],
        '"q ""x""\n",Jan,5,5.5,no',
        *BODY[40:],
        "Total,,3",
    ]
    (tmp_path / "t.csv").write_text("\n".join([*lines, ""]))
    source = Source(path="t.csv", header=2, comment="#", leave_out=("Total",), drop_blank=True)
    parts = list(batches.numbered(source, tmp_path / "t.csv", block=size))
    numbers = [line for part in parts for line in part.lines]
    text = (tmp_path / "t.csv").read_text().split("\n")
    assert [text[number - 1].split(",")[0] for number in numbers] == [
        row.split(",")[0] for row in [*BODY[:40], '"q ""x""', *BODY[40:]]
    ]
