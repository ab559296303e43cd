"""The header of a CSV table and the lines that do not fit it; both of our CSV readers use it."""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from core.base.errors import TableError

LONGEST = 200  # characters of a column's name


def header(path: Path) -> list[str]:
    """The names of the columns of a plain CSV file. Raises TableError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file), [])
    except FileNotFoundError:
        raise TableError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path}: not a table in CSV: {error}") from None
    return usable(not_empty(names, path), str(path))


def not_empty(cells: list[str], path: Path) -> list[str]:
    """The cells of a header. Raises TableError if all of them are empty."""
    if not any(cell.strip() for cell in cells):
        raise TableError(f"{path}: not a table in CSV: the first line is empty; it must be the columns' names")
    return cells


def usable(names: list[str], table: str) -> list[str]:
    """The names of columns. Raises TableError if one occurs twice, is too long or has unprintable characters."""
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise TableError(
            f"{table}: the header has {', '.join(repeated)} more than once; every column needs its own name"
        )
    for place, name in enumerate(names, 1):
        if len(name) > LONGEST:
            raise TableError(f"{table}: the name of column {place}, {name[:40]!r}, is longer than {LONGEST} characters")
        if not name.isprintable():
            raise TableError(f"{table}: the name of column {place}, {name[:40]!r}, has unprintable characters")
    return names


def bad_line(lines: Iterable[str], delimiter: str = ",") -> str | None:
    """Describes the first line that does not fit the header, or that opens a quote which is never closed.

    None if every line fits. Arrow's own message names neither the line nor the remedy.
    """
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    start = 1
    try:
        width = len(next(rows))
        start = rows.line_num + 1
        for row in rows:
            if row and len(row) != width:
                return misfit(start, len(row), width, delimiter)
            start = rows.line_num + 1
    except csv.Error as error:
        if rows.line_num and "unexpected end" in str(error):
            return f"the quote in line {start} is never closed: was the file cut off inside a quoted field?"
        return f"line {start}: {error}"
    return None


def misfit(line: int, fields: int, width: int, delimiter: str) -> str:
    """Why a line with another number of fields than the header cannot be a row."""
    above = ", or do other lines stand above the header (--header-line N names its line)" if line <= 5 else ""
    count = "1 field" if fields == 1 else f"{fields} fields"
    return (
        f"line {line} has {count}, the header has {width}: was the file cut off, or is a {delimiter!r} in a field that "
        f"is not quoted{above}?"
    )
