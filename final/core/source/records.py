"""The records of a CSV: cells with the line of the file that they start in, in one dialect, strictly."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from core.base.errors import TableError
from core.source.compressed import Utf8
from core.spec.source import QUOTES, Source

BLOCK = 4 << 20  # bytes of text read at once
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
csv.field_size_limit(1 << 30)  # the module's own limit is 131,072 characters in a cell


class Record(NamedTuple):
    """Cells, and the line where they start as an editor counts lines; the cell of a comment is the whole line."""

    line: int
    cells: list[str]
    is_comment: bool = False
    last_line: int = 0

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


class QuoteError(TableError):
    """A quote that has no partner, or is not written as the others, in a record that starts in `line`."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.line = line
        self.is_open = "never closed" in reason


class MisfitError(TableError):
    """A record that has more or fewer cells than the header."""


@dataclass
class Reading:
    """What one pass over a file meets besides rows; `ragged` records have more or fewer cells than the header."""

    ragged: list[Record] = field(default_factory=list)
    left_out: list[Record] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    has_line_ends: bool = False  # inside of cells
    has_odd_quotes: bool = False  # a quote after a backslash, or after a space at the start of a cell


def file_lines(file: Utf8, start: str = "") -> Iterator[str]:
    """The lines of a file with their ends, which may be any of LF, CRLF and CR; `start` was read before."""
    rest = start
    while block := file.read(BLOCK):
        *whole, rest = io.StringIO(rest + block.decode(), newline="")
        yield from whole
    yield from io.StringIO(rest, newline="")


def of_file(path: Path, source: Source, above: int = 0) -> Iterator[Record]:
    """The records of a file below its first lines. Raises TableError."""
    file = Utf8(path, source.encoding)
    try:
        for record in records(islice(file_lines(file), above, None), source, path, above + 1):
            if record.line < 10 and any("\0" in cell for cell in record.cells):
                raise TableError(
                    f"{path}: is not text (it has NUL bytes); name a CSV or Parquet file, or its --encoding"
                )
            yield record
    finally:
        file.close()


def records(lines: Iterable[str], source: Source, path: Path, line: int = 1) -> Iterator[Record]:
    """Every record, blank lines and comments too; `line` is the number of the first. Raises TableError."""
    comments: list[Record] = []
    start = last = line
    is_inside = False

    def fed() -> Iterator[str]:
        nonlocal start, last, is_inside
        for number, text in enumerate(lines, line):
            last = number
            if not is_inside and source.comment and text.lstrip("\ufeff").startswith(source.comment):
                comments.append(Record(number, [text.rstrip("\r\n")], is_comment=True))
                continue
            if not is_inside:
                start = number
                is_inside = True
            yield ESCAPED.sub(_lone_doubled, text) if source.quotes == "backslash" else text

    reader = csv.reader(fed(), delimiter=source.delimiter, strict=True, **QUOTES[source.quotes])
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise QuoteError(path, start, _reason(error, start)) from None
        yield from comments
        comments.clear()
        if cells is None:
            return
        yield Record(start, cells, last_line=last)
        is_inside = False


def _lone_doubled(match: re.Match[str]) -> str:
    """A backslash that escapes neither a quote nor a backslash is a letter, as in a path of Windows."""
    return match[0] if match[1] in '\\",;\t|\r\n' else "\\" + match[0]


def _reason(error: csv.Error, line: int) -> str:
    if "unexpected end" in str(error):
        return f"the quote in line {line} is never closed: was the file cut off inside a quoted field?"
    return (
        f"line {line}: {error}: a quote is inside a quoted field; it must be written twice. If the file writes it in "
        "another way, name it: --quotes backslash, or --quotes none if a quote is an ordinary character"
    )
