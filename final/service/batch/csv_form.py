"""Cells of a CSV that is plain (UTF-8, commas), or written as the table that the model was trained on."""

import codecs
import csv
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.spec.columns import Integer, Number
from core.spec.source import Reading
from core.spec.target import Target
from service.json_text import LONGEST
from service.model.rows import Rows
from service.problems import Problem

PIECE = 64 * 1024
Change = Callable[[str], str]
TOO_LONG = Problem(422, f"a record is longer than {LONGEST:,} characters")


class CellError(ValueError):
    """A cell that could be read in two ways."""


def texts_of(body: BinaryIO, encoding: str) -> Iterator[str]:
    """A text in UTF-8, or in the other encoding if its first letters beyond ASCII are not UTF-8, in pieces."""
    decoder: codecs.IncrementalDecoder | None = None
    while piece := body.read(PIECE):
        if decoder is None and not (piece.isascii() and b"\0" not in piece):
            decoder = codecs.getincrementaldecoder("utf-8-sig" if _is_utf8(piece) else encoding)()
        if text := decoder.decode(piece) if decoder else piece.decode("ascii"):
            yield text
    if decoder and (text := decoder.decode(b"", final=True)):
        yield text


def _is_utf8(piece: bytes) -> bool:
    """Whether the bytes are UTF-8, the last letter aside, which may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(piece)
    except UnicodeDecodeError:
        return False
    return b"\0" not in piece


def delimiter_of(first_line: str, names: Iterable[str], reading: Reading) -> str:
    """A comma, or the delimiter of the training if that makes more of the columns of the first line."""
    columns = set(names)
    of_training = known_in(first_line, columns, reading.delimiter)
    return reading.delimiter if of_training >= known_in(first_line, columns, ",") else ","


def known_in(line: str, columns: Container[str], delimiter: str) -> int:
    """How many of a line's cells are names of columns."""
    return sum(_tidy(cell) in columns for cell in next(csv.reader([line], delimiter=delimiter), []))


def names_in(header: list[str], allowed: set[str]) -> list[str]:
    """The names of the columns; one that is not known as it is written is read as training reads a header."""
    names = []
    for place, cell in enumerate(header, 1):
        tidy = _tidy(cell) or f"unnamed_{place}"
        names.append(tidy if cell not in allowed and tidy in allowed else cell)
    return names


def _tidy(cell: str) -> str:
    return " ".join(cell.strip("\ufeff").split())


def delimiter_in(first_line: str, rows: Rows, target: Target) -> tuple[str, bool]:
    """The delimiter of a table, and whether its cells are in the form of the training."""
    delimiter = delimiter_of(first_line, names_of_a_table(rows, target), rows.reading)
    return delimiter, delimiter == rows.reading.delimiter


def names_of_a_table(rows: Rows, target: Target) -> set[str]:
    """The columns of the table of the training."""
    return {*rows.names, *rows.ignored, *rows.aside, target.name, *([rows.id] if rows.id else [])}


def changes(rows: Rows, target: Target, header: list[str], has_form: bool) -> list[Change | None]:
    """What is done to the cells of each column before they are validated; None if nothing is."""
    return [_change(rows, target, name, has_form) for name in header]


def change(cells: list[str], changed: list[tuple[int, Change]], header: list[str]) -> list[dict[str, Any]]:
    """Change a row's cells in place; returns the mistakes of those that could be read in two ways."""
    mistakes = []
    for place, apply in changed:
        try:
            cells[place] = apply(cells[place])
        except CellError as error:
            mistakes.append({"field": header[place], "reason": str(error), "got": "text"})
    return mistakes


def changed_column(column: pa.Array, change: Change) -> tuple[pa.Array, list[int]]:
    """The cells after the change, each distinct one changed once, and the places of those that are not clear."""
    encoded = column.dictionary_encode()
    texts: list[str | None] = []
    for text in encoded.dictionary.to_pylist():
        try:
            texts.append(change(text))
        except CellError:
            texts.append(None)
    changed = pa.array(texts, pa.string()).take(encoded.indices)
    if None not in texts:
        return changed, []
    unclear = pc.and_(changed.is_null(), column.is_valid()).to_numpy(zero_copy_only=False)
    return changed, np.flatnonzero(unclear).tolist()


def _change(rows: Rows, target: Target, name: str, has_form: bool) -> Change | None:
    reading = rows.reading
    missing = frozenset(reading.missing_in(name))
    inner: Change | None = None
    is_number = isinstance(rows.contract.features.get(name), Number | Integer)
    is_number |= name == target.name and target.task == "regression"
    if has_form and not reading.has_plain_numbers and is_number:
        inner = _number(reading, name)
    if not missing:
        return inner
    return _without(missing, inner or str)


def _without(missing: frozenset[str], change: Change) -> Change:
    """Empty for a word that means a missing value, as it is written or as the number that it is."""

    def changed(cell: str) -> str:
        if cell in missing:
            return ""
        result = change(cell)
        return "" if result in missing else result

    return changed


def _number(reading: Reading, name: str) -> Change:
    """Plain numbers; a cell that is not a number of this form stays as it is. Raises CellError if it looks plain."""
    form = reading.number_form(name)

    def change(cell: str) -> str:
        plain = form.plain(cell)
        if plain is not None:
            return plain
        if form.decimal == "," and cell.strip().lstrip("+-").replace(".", "", 1).isdigit():
            raise CellError("has a point, but the decimal mark of this form of table is a comma")
        return cell

    return change
