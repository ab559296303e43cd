"""A CSV read block by block into columns, by Arrow; what is not plain is read by Python's reader, as it always was.

Both readers give the same cells of a block in which every quote opens or closes a cell, or is doubled inside one, and
every line ends in a newline. This is checked before Arrow reads it.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from service.batch import csv_form
from service.batch.block import Block, Mistakes, NoRow, Rows, Table, rows_of_a_block
from service.batch.csv_lines import Lines, pieces
from service.batch.csv_only_rows import only_rows
from service.batch.read import check_header, csv_names, encodings, no_row
from service.batch.target import TargetColumn
from service.json_text import LONGEST
from service.model import rows as model_rows
from service.model.cells import AT_ONCE
from service.problems import Problem

MOST_BROKEN = 4000  # lines of a block that are no rows
QUOTE, NEWLINE, RETURN = b'"\n\r'


def csv_blocks(body: BinaryIO, rows: model_rows.Rows, target: TargetColumn) -> Iterator[Block]:
    """The rows of a CSV with a header; it may have the contract's id. Raises Problem (422)."""
    lines = Lines(_text(body, rows, target))
    delimiter, has_form = ",", False
    try:
        if not rows.reading.is_usual:
            delimiter, has_form = csv_form.delimiter_in(lines.peek(), rows, target.target)
        header = next(csv.reader(lines.record(), delimiter=delimiter, strict=True), [])
    except UnicodeDecodeError:
        raise Problem(422, f"line {lines.number + 1}: not {encodings(rows)}") from None
    except csv.Error as error:
        raise Problem(422, f"line {lines.number}: not CSV: {error}") from None
    header = csv_form.names_in(header, csv_names(rows, target))
    check_header(header, rows, target, csv_names(rows, target))
    yield from _CsvBlocks(lines, delimiter, header, has_form, rows, target)


def _text(body: BinaryIO, rows: model_rows.Rows, target: TargetColumn) -> Iterator[bytes]:
    """The body as a header and rows, in UTF-8."""
    reading = rows.reading
    if reading.is_usual or reading.has_only_rows:
        return pieces(body, "" if reading.is_usual else reading.encoding)
    return only_rows(csv_form.texts_of(body, reading.encoding), rows, target.target)


@dataclass(frozen=True)
class _Parsed:
    columns: list[pa.Array]
    ragged: dict[int, int]  # place of a row -> its number of cells
    rows: int


class _CsvBlocks:
    def __init__(
        self,
        lines: Lines,
        delimiter: str,
        header: list[str],
        has_form: bool,
        rows: model_rows.Rows,
        target: TargetColumn,
    ) -> None:
        self._lines, self._delimiter, self._header, self._rows, self._target = lines, delimiter, header, rows, target
        changes = csv_form.changes(rows, target.target, header, has_form)
        self._changed = [(place, change) for place, change in enumerate(changes) if change]

    def __iter__(self) -> Iterator[Block]:
        self._lines.back_to_blocks()
        try:
            while block := self._lines.block():
                end = self._plain_end(block)
                parsed = self._parsed(block[:end]) if end else None
                if parsed is None:
                    self._lines.give_back(block)
                    yield from self._line_by_line()
                else:
                    self._lines.give_back(block[end:])
                    self._lines.number += block.count(b"\n", 0, end)
                    if parsed.rows:
                        yield from self._tables(parsed)
        except UnicodeDecodeError:
            raise Problem(422, f"line {self._lines.number + 1}: not {encodings(self._rows)}") from None

    def _plain_end(self, block: bytes) -> int:
        """How much of the block is whole records that both readers read alike; 0 if they may not."""
        if b"\0" in block or block.count(b"\r") != block.count(b"\r\n") or not self._delimiter.isascii():
            return 0
        signs = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(signs == NEWLINE)
        quotes = np.flatnonzero(signs == QUOTE)
        if len(quotes):
            inside = np.searchsorted(quotes, ends) % 2 == 1
            ends = ends[~inside]
            if len(quotes) % 2:
                if not len(ends):
                    return 0
                quotes = quotes[quotes < ends[-1]]
                signs = signs[: ends[-1] + 1]
            if not _are_plain(signs, quotes, ord(self._delimiter)):
                return 0
        longest = np.diff(ends, prepend=-1, append=len(signs)).max(initial=0)
        return 0 if longest > min(csv.field_size_limit(), LONGEST) else len(signs)

    def _parsed(self, block: bytes) -> _Parsed | None:
        """The cells of a plain block, None if they are not UTF-8, or few of its lines are rows."""
        ragged: dict[int, int] = {}

        def skipped(row: Any) -> str:
            ragged[row.number - 1] = row.actual_columns
            return "skip" if len(ragged) <= MOST_BROKEN else "error"

        names = [str(place) for place in range(len(self._header))]
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(block),
                arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
                arrow_csv.ParseOptions(delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=skipped),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[
                        name for name, title in zip(names, self._header, strict=True) if title not in self._rows.ignored
                    ],
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        rows = table.num_rows + len(ragged)
        if ragged:
            is_row = np.ones(rows, dtype=bool)
            is_row[list(ragged)] = False
            places = pa.array(np.cumsum(is_row) - 1, mask=~is_row)
            table = table.take(places)
        columns: list[pa.Array] = [pa.nulls(rows, pa.string())] * len(self._header)
        for name in table.column_names:
            columns[int(name)] = _whole(table.column(name))
        return _Parsed(columns, ragged, rows)

    def _tables(self, parsed: _Parsed) -> Iterator[Table]:
        columns = list(parsed.columns)
        unclear: set[int] = set()
        for place, change in self._changed:
            columns[place], rows = csv_form.changed_column(columns[place], change)
            unclear.update(rows)
        by_name = {
            name: column
            for name, column in zip(self._header, columns, strict=True)
            if name not in self._rows.ignored and name not in self._rows.aside
        }
        keys = by_name.pop(self._rows.id, None) if self._rows.id else None
        actual = by_name.pop(self._target.target.name, None)
        parts = -(-parsed.rows // rows_of_a_block(len(self._rows.names)))
        bounds = np.linspace(0, parsed.rows, 1 + parts, dtype=int).tolist()
        for start, end in pairwise(bounds):
            yield Table(
                {name: column.slice(start, end - start) for name, column in by_name.items()},
                end - start,
                self._broken(parsed, unclear, start, end),
                None if keys is None else keys.slice(start, end - start),
                None if actual is None else actual.slice(start, end - start),
            )

    def _broken(self, parsed: _Parsed, unclear: set[int], start: int, end: int) -> dict[int, Mistakes]:
        """The mistakes of what is no row between two places."""
        width = len(self._header)
        broken: dict[int, Mistakes] = {
            row - start: no_row(f"has {cells} cells, the header has {width}")
            for row, cells in parsed.ragged.items()
            if start <= row < end
        }
        for row in unclear.intersection(range(start, end)):
            cells = [column[row].as_py() for column in parsed.columns]
            broken[row - start] = NoRow(csv_form.change(cells, self._changed, self._header))
        return broken

    def _line_by_line(self) -> Iterator[Rows]:
        """The rows of the next block by Python's reader, to the end of its last record."""
        keys: list[Any] = []
        values: list[Any] = []
        actual: list[Any] = []
        while True:
            try:
                cells = next(csv.reader(self._lines.record(), delimiter=self._delimiter, strict=True), None)
            except csv.Error as error:
                raise Problem(422, f"line {self._lines.number}: not CSV: {error}") from None
            if cells:
                key, value, target = self._row(cells)
                keys.append(key)
                values.append(value)
                actual.append(target)
            is_last = cells is None or self._lines.is_between_blocks
            if values and (is_last or len(values) == AT_ONCE):
                yield Rows(values, keys, actual, is_loose=True)
                keys, values, actual = [], [], []
            if is_last:
                return

    def _row(self, cells: list[str]) -> tuple[Any, Any, Any]:
        """Key, what is to be validated, and the target of a row."""
        header, rows = self._header, self._rows
        if len(cells) != len(header):
            return None, no_row(f"has {len(cells)} cells, the header has {len(header)}"), None
        mistakes = csv_form.change(cells, self._changed, header) if self._changed else []
        row = dict(zip(header, cells, strict=True))
        for name in rows.ignored:
            row.pop(name, None)
        key = row.pop(rows.id, None) if rows.id else None
        actual = row.pop(self._target.target.name, None)
        return key, NoRow(mistakes) if mistakes else row, None if mistakes else actual


def _are_plain(signs: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Whether each quote opens a cell, closes one, or is doubled inside one."""
    bounds = (delimiter, NEWLINE, RETURN)
    padded = np.concatenate([[NEWLINE], signs, [NEWLINE]]).astype(np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before, after = padded[opening], padded[closing + 2]
    is_doubled = opening[1:] == closing[:-1] + 1
    opens = np.isin(before, bounds[:2])
    closes = np.isin(after, bounds)
    opens[1:] |= is_doubled
    closes[:-1] |= is_doubled
    return bool(opens.all() and closes.all())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
