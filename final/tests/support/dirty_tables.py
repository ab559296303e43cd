"""Tables with known rows, written with the dirt of the world: `dirty(seed)` gives the bytes and the truth.

To add a kind of dirt, add a function that changes a Written to DIRT, or a way to write cells to `_cells`.
"""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

WORDS = ["Nord", "Süd", "Kraków", "plain", "São Paulo"]
TEXTS = ["he said ok", 'said "no", twice', "a, b; c", "two\nlines", 'size 5" pipe', "it's\tfine", "x | y", '"all"']
Row = dict[str, Any]


@dataclass
class Written:
    """The lines of a file that is being made dirty; `rows` are the truth, `kinds` the names of its dirt."""

    draw: random.Random
    rows: list[Row]
    header: list[str]
    body: list[list[str]]
    above: list[list[str]] = field(default_factory=list)
    below: list[list[str]] = field(default_factory=list)
    delimiter: str = ","
    decimal: str = "."
    end: str = "\n"
    encoding: str = "utf-8"
    quotes: dict[str, Any] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator=self.end, **self.quotes)
        writer.writerows([*self.above, self.header, *self.body, *self.below])
        return out.getvalue().encode(self.encoding)


def true_rows(draw: random.Random) -> list[Row]:
    """Rows of a number, a count, a category, a day, a text and the target y; some cells are missing."""
    rows = []
    has_gaps, has_texts = draw.random() < 0.5, draw.random() < 0.6
    for _ in range(draw.randint(60, 90)):
        row: Row = {
            "size": round(draw.uniform(-20, 90), 2),
            "visits": draw.randint(0, 900),
            "place": draw.choice(WORDS),
            "day": (date(2021, 1, 1) + timedelta(draw.randint(0, 300))).isoformat(),
        }
        if has_texts:
            row["note"] = draw.choice(TEXTS)
        if has_gaps and draw.random() < 0.1:
            row[draw.choice(["size", "visits"])] = None
        rows.append({**row, "y": draw.choice(["yes", "no"])})
    return rows


def _cells(row: Row, decimal: str) -> list[str]:
    written = {name: "" if value is None else str(value) for name, value in row.items()}
    return [cell.replace(".", decimal) if name == "size" else cell for name, cell in written.items()]


def _sums(table: Written) -> dict[str, str]:
    size = sum(row["size"] or 0 for row in table.rows)
    return {
        "size": f"{size:.2f}".replace(".", table.decimal),
        "visits": str(sum(row["visits"] or 0 for row in table.rows)),
    }


def title(table: Written) -> None:
    table.above.append([table.draw.choice(["Report", "Sales of 2021", "My table"])])


def title_of_all_cells(table: Written) -> None:
    table.above.append(["Report of sales", *[""] * (len(table.header) - 1)])


def comments_above(table: Written) -> None:
    table.above.insert(0, ["# written by a program"])


def comment_between(table: Written) -> None:
    table.body.insert(table.draw.randint(2, len(table.body)), ["# second part"])


def blank_rows(table: Written) -> None:
    for _ in range(table.draw.randint(1, 9)):
        cells = [table.draw.choice(["", "", " "]) for _ in table.header]
        table.body.insert(table.draw.randint(0, len(table.body)), cells)


def empty_lines(table: Written) -> None:
    table.body.insert(table.draw.randint(0, len(table.body)), [])


def total(table: Written) -> None:
    sums = _sums(table)
    word = table.draw.choice(["Total", "Grand Total", "Summe", "Итого", "Sum:", ""])
    cells = [sums.get(name, "") for name in table.header]
    cells[table.header.index("place")] = word
    table.body.append(cells)


def footer(table: Written) -> None:
    table.below += [[], [table.draw.choice(["Source: World Bank", "Note: provisional", "* estimated", "Quelle: Amt"])]]


def header_again(table: Written) -> None:
    table.body.insert(table.draw.randint(1, len(table.body) - 1), list(table.header))


def units(table: Written) -> None:
    table.body.insert(0, [{"size": "kg", "visits": "n"}.get(name, "") for name in table.header])


def saved_index(table: Written) -> None:
    name = table.draw.choice(["", "Unnamed: 0", "__index_level_0__", "index"])
    step = table.draw.choice([1, 3])
    for number, cells in enumerate(table.body):
        cells.insert(0, str(step * number + step - 1))
    table.header.insert(0, name)


def names_of_rows(table: Written) -> None:
    for number, cells in enumerate(table.body):
        cells.insert(0, f"Car {number}")
    table.header.insert(0, "row.names")


def all_quoted(table: Written) -> None:
    table.quotes = {"quoting": csv.QUOTE_ALL}


def backslashes(table: Written) -> None:
    table.quotes = {"quoting": csv.QUOTE_NONNUMERIC, "doublequote": False, "escapechar": "\\"}


def lines_of_windows(table: Written) -> None:
    table.end = "\r\n"


def byte_order_mark(table: Written) -> None:
    table.encoding = "utf-8-sig"


def utf16(table: Written) -> None:
    table.encoding = "utf-16"


FORMS: list[Callable[[Written], None]] = [all_quoted, backslashes, lines_of_windows, byte_order_mark, utf16]
# in this order: what is in the body when an index is added gets a number as well, as in a file that was saved again
DIRT: list[Callable[[Written], None]] = [
    saved_index,
    names_of_rows,
    total,
    units,
    header_again,
    comment_between,
    blank_rows,
    empty_lines,
    title,
    title_of_all_cells,
    comments_above,
    footer,
]


def dirty(seed: int) -> Written:
    """A table with up to four kinds of dirt."""
    draw = random.Random(seed)
    rows = true_rows(draw)
    delimiter = draw.choice([",", ",", ";", "\t", "|"])
    decimal = "," if delimiter == ";" and draw.random() < 0.5 else "."
    table = Written(draw, rows, list(rows[0]), [_cells(row, decimal) for row in rows], delimiter=delimiter)
    table.decimal = decimal
    chosen = draw.sample(DIRT, draw.randint(0, 4))
    for change in [change for change in DIRT if change in chosen] + draw.sample(FORMS, draw.randint(0, 2)):
        change(table)
        table.kinds.append(change.__name__)
    return table
