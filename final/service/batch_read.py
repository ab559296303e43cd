"""Rows of a batch's body, read piece by piece: JSON array, JSON lines, CSV, Arrow stream.

A row is (its id or None, what is to be validated), or (id, a list of mistakes) where it is no row at all.
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from service.problems import Problem
from service.rows import Rows

PIECE = 64 * 1024
SPACE = re.compile(r"[ \t\n\r]*")
LONGEST = 2**20  # characters of one row
Row = tuple[Any, Any]
Reader = Callable[[BinaryIO, Rows], Iterator[Row]]


def _end(found: re.Match[str] | None) -> int:
    assert found  # the pattern fits nothing too
    return found.end()


class NoRow(list[dict[str, Any]]):
    """The mistakes of what stands where a row should be."""


def no_row(reason: str, got: str = "text") -> NoRow:
    return NoRow([{"field": "", "reason": reason, "got": got}])


def json_array(body: BinaryIO, rows: Rows) -> Iterator[Row]:
    """The elements of one JSON array. Raises Problem (422) where the text stops being JSON."""
    decode, utf8 = json.JSONDecoder().raw_decode, codecs.getincrementaldecoder("utf-8")()
    text, at, number, ended = "", 0, 0, False

    def next_sign() -> str:
        nonlocal text, at, ended
        while (at := _end(SPACE.match(text, at))) == len(text) and not ended:
            more()
        return text[at : at + 1]

    def more() -> None:
        nonlocal text, at, ended
        piece = body.read(PIECE)
        ended = not piece
        try:
            text, at = text[at:] + utf8.decode(piece, final=ended), 0
        except UnicodeDecodeError:
            raise Problem(422, f"row {number}: not UTF-8") from None

    if next_sign() != "[":
        raise Problem(422, "body: must be a JSON array of rows")
    at += 1
    closed = next_sign() == "]"
    while not closed:
        try:
            value, end = decode(text, at)
            whole = end < len(text) or ended
        except json.JSONDecodeError:
            whole = False
            if ended or len(text) - at > LONGEST:
                raise Problem(422, f"row {number}: not JSON, or longer than {LONGEST:,} characters") from None
        if not whole:
            more()
            continue
        yield None, value
        at, number = end, number + 1
        sign = next_sign()
        closed = sign == "]"
        if not closed and sign != ",":
            raise Problem(422, f"row {number - 1}: must be followed by , or ]: the JSON array is not complete")
        at += 0 if closed else 1
        if not closed:
            next_sign()
    at += 1
    if next_sign():
        raise Problem(422, "body: something follows the JSON array")


def json_lines(body: BinaryIO, rows: Rows) -> Iterator[Row]:
    """A row a line; a line that is no JSON is that row's mistake."""
    while line := body.readline(LONGEST):
        if len(line) == LONGEST and not line.endswith(b"\n"):
            raise Problem(422, f"a line is longer than {LONGEST:,} bytes")
        if line.strip():
            try:
                yield None, json.loads(line)
            except ValueError:
                yield None, no_row("not JSON")


def csv_table(body: BinaryIO, rows: Rows) -> Iterator[Row]:
    """Rows of a CSV with a header; it may have the contract's id, which comes back with the answer."""
    text = io.TextIOWrapper(body, "utf-8-sig", newline="")
    lines = csv.reader(text, strict=True)
    try:
        header = next(lines, [])
        check_header(header, rows)
        for cells in lines:
            if len(cells) == len(header):
                row = dict(zip(header, cells, strict=True))
                yield row.pop(rows.id, None) if rows.id else None, rows.loose(row)
            elif cells:
                yield None, no_row(f"has {len(cells)} cells, the header has {len(header)}")
    except UnicodeDecodeError:
        raise Problem(422, f"line {lines.line_num + 1}: not UTF-8") from None
    except csv.Error as error:
        raise Problem(422, f"line {lines.line_num}: not CSV: {error}") from None
    finally:
        text.detach()  # the body is its owner's to close


def check_header(header: list[str], rows: Rows) -> None:
    """Raises Problem (422) where columns of a table are unknown or there twice."""
    known = {*rows.names, *filter(None, [rows.id])}
    errors = [
        {"field": name, "reason": f"unknown column; known are {', '.join(rows.names)}", "got": "column"}
        for name in dict.fromkeys(header)
        if name not in known
    ]
    errors += [
        {"field": name, "reason": "column is there twice", "got": "column"}
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if not header:
        errors = [{"field": "", "reason": "no header", "got": "nothing"}]
    if errors:
        raise Problem(422, f"{errors[0]['field'] or 'body'}: {errors[0]['reason']}", errors)


def arrow_stream(body: BinaryIO, rows: Rows) -> Iterator[Row]:
    """Rows of an Arrow IPC stream, record batch by record batch."""
    import nanoarrow  # not at import: only batches need it

    try:
        with nanoarrow.ArrayStream.from_readable(body) as stream:
            header = [field.name for field in stream.schema.fields]
            check_header(header, rows)
            for batch in stream:
                columns = [batch.child(position).to_pylist() for position in range(len(header))]
                for cells in zip(*columns, strict=True):
                    row = dict(zip(header, cells, strict=True))
                    yield row.pop(rows.id, None) if rows.id else None, rows.loose(row)
    except (RuntimeError, ValueError, KeyError, NotImplementedError) as error:
        raise Problem(422, f"body: not an Arrow stream: {' '.join(str(error).split())[:200]}") from None
