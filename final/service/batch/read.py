"""Rows of a batch's body, read piece by piece: JSON array, JSON lines; and the columns that a table may have."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from service.batch.block import Block, NoRow, Rows
from service.batch.target import REASON, TargetColumn
from service.json_text import LONGEST, JsonError, JsonStream, loads
from service.model import rows as model_rows
from service.problems import MOST_ERRORS, Problem, mistake, no_value, refused

CHUNK = 2000  # rows; large enough that what a call costs does not count, small enough for the memory
CHUNK_BYTES = 4 * 2**20  # of a body; more than a chunk has, unless its rows are longer than any that are good


def no_row(reason: str, got: str = "text") -> NoRow:
    return NoRow([mistake("", reason, got)])


def as_row(value: Any) -> Any:
    """An element of JSON; the mistakes of one that can be no row."""
    return NoRow(no_value(value)) if isinstance(value, JsonError) else value


def json_blocks(body: BinaryIO, rows: model_rows.Rows, target: TargetColumn) -> Iterator[Block]:
    """The rows of one JSON array. Raises Problem (422) where the text stops being JSON."""
    return _blocks(_elements(body), body, target)


def line_blocks(body: BinaryIO, rows: model_rows.Rows, target: TargetColumn) -> Iterator[Block]:
    """A row a line; a line that is no JSON is that row's mistake. Raises Problem (422)."""
    return _blocks(_json_lines(body), body, target)


def _blocks(values: Iterator[Any], body: BinaryIO, target: TargetColumn) -> Iterator[Rows]:
    while chunk := next_chunk(values, body):
        actual = [_taken(value, target) for value in chunk]
        yield Rows(chunk, [None] * len(chunk), actual)


def _taken(value: Any, target: TargetColumn) -> Any:
    """The target, which is taken out of a row; None where it may not be there."""
    return value.pop(target.target.name, None) if target.is_allowed and isinstance(value, dict) else None


def next_chunk(values: Iterable[Any], body: BinaryIO) -> list[Any]:
    """The next values, as many as a chunk has, and no more than fit into its bytes."""
    chunk: list[Any] = []
    last = body.tell() + CHUNK_BYTES
    for value in values:
        chunk.append(value)
        if len(chunk) == CHUNK or body.tell() > last:
            break
    return chunk


def _elements(body: BinaryIO) -> Iterator[Any]:
    stream, number = JsonStream(body), 0
    try:
        if stream.sign() != "[":
            raise Problem(422, "body: must be a JSON array of rows")
        for value in stream.elements():
            yield as_row(value)
            number += 1
        stream.end()
    except JsonError as error:
        raise Problem(422, f"row {number}: {error.reason}") from None


def _json_lines(body: BinaryIO) -> Iterator[Any]:
    while line := body.readline(LONGEST):
        if len(line) == LONGEST and not line.endswith(b"\n"):
            raise Problem(422, f"a line is longer than {LONGEST:,} bytes")
        if line.strip():
            try:
                yield loads(line)
            except JsonError as error:
                yield as_row(error)


def encodings(rows: model_rows.Rows) -> str:
    other = rows.reading.encoding
    return "UTF-8" if other == "utf-8" else f"UTF-8, nor {other} as the table of the training"


def csv_names(rows: model_rows.Rows, target: TargetColumn) -> set[str]:
    """The columns that a CSV may have: also those of the table of the training that were left out."""
    return {*column_names(rows, target), *rows.ignored}


def column_names(rows: model_rows.Rows, target: TargetColumn) -> set[str]:
    names = {*rows.names, *rows.aside, *([rows.id] if rows.id else [])}
    return names | {target.target.name} if target.is_allowed else names


def check_header(header: Sequence[str], rows: model_rows.Rows, target: TargetColumn, allowed: set[str]) -> None:
    """Raises Problem (422) where columns of a table are unknown or there twice."""
    unknown = f"unknown column; known are {', '.join(rows.names)}"
    times = Counter(header)
    errors = [
        mistake(name, REASON if name == target.target.name else unknown, "column")
        for name in islice((name for name in times if name not in allowed), MOST_ERRORS)
    ]
    errors += [mistake(name, "column is there twice", "column") for name in times if times[name] > 1]
    if not header:
        errors = [mistake("", "no header", "nothing")]
    if errors:
        raise refused(errors)
