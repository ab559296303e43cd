"""A CSV in the form of the table of the training, without lines that are no rows: titles, comments, totals, blanks."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from core.spec.source import QUOTES, Reading
from core.spec.target import Target
from service.batch.csv_form import TOO_LONG, known_in, names_of_a_table
from service.json_text import LONGEST
from service.model.rows import Rows
from service.problems import Problem

PIECE = 2**18  # characters that are written at once


def only_rows(texts: Iterator[str], rows: Rows, target: Target) -> Iterator[bytes]:
    """The header and the rows in UTF-8, quotes doubled, in pieces; a plain CSV as it is. Raises Problem (422)."""
    reading, names = rows.reading, names_of_a_table(rows, target)
    lines = _lines(texts)
    above = list(islice(lines, max(1, reading.header)))
    place, delimiter, most = 0, ",", 0
    for number, line in enumerate(above):
        for sign in dict.fromkeys((reading.delimiter, ",")):
            if (count := known_in(line, names, sign)) > most:
                place, delimiter, most = number, sign, count
    if not most and not reading.header:
        delimiter = reading.delimiter
        width = len(next(csv.reader(above, delimiter=delimiter), []))
        above.insert(0, delimiter.join(f"column_{number}" for number in range(1, width + 1)) + "\n")
    records = _records(chain(above[place:], lines), delimiter, reading)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    entries = reading.entries
    for cells in records:
        is_blank = not any(map(str.strip, cells))
        if (is_blank and reading.drop_blank) or any(cells[: len(entry)] == entry for entry in entries):
            continue
        writer.writerow(cells)
        if text.tell() > PIECE:
            yield text.getvalue().encode("utf-8", "surrogatepass")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "surrogatepass")


def _lines(texts: Iterator[str]) -> Iterator[str]:
    """The lines with their ends. Raises Problem where one is too long."""
    rest = ""
    for text in texts:
        *whole, rest = io.StringIO(rest + text, newline="")
        yield from whole
        if len(rest) > LONGEST:
            raise TOO_LONG
    yield from io.StringIO(rest, newline="")


def _records(lines: Iterable[str], delimiter: str, reading: Reading) -> Iterator[list[str]]:
    """The cells of each record, comments left out. Raises Problem."""
    length = 0

    def fed() -> Iterator[str]:
        nonlocal length
        for line in lines:
            if not length and reading.comment and line.startswith(reading.comment):
                continue
            length += len(line)
            if length > LONGEST:
                raise TOO_LONG
            yield line

    reader = csv.reader(fed(), delimiter=delimiter, strict=True, **QUOTES[reading.quotes])
    try:
        for cells in reader:
            length = 0
            yield cells
    except csv.Error as error:
        raise Problem(422, f"line {reader.line_num}: not CSV: {error}") from None
