"""A CSV file as batches of rows, in bounded memory."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv

from core.base.errors import TableError
from core.source.column_names import names_of
from core.source.compressed import Utf8
from core.source.records import MisfitError, Reading, Record, file_lines, records
from core.source.rows import Entries, Rows, has_blank
from core.spec.source import Source
from core.table.header import misfit

CHUNK = 10_000  # records of a batch


class CsvRows:
    """A CSV file as rows. Arrow reads blocks of plain rows; blocks with anything else are read record by record."""

    def __init__(self, path: Path, source: Source, reading: Reading | None) -> None:
        self.path = path
        self.source = source
        self.is_strict = reading is None
        self.reading = reading or Reading()
        self.names = names_of(path, source)
        self.entries = Entries(source)
        self.has_rows = False
        self.line = 1
        self.above = source.header  # lines before the rows

    def read(self, size: int) -> Iterator[Rows]:
        file = Utf8(self.path, self.source.encoding)
        unread = b""
        while piece := file.read(size):
            unread += piece
            has_old_line_ends = unread.count(b"\r") != unread.count(b"\r\n")
            is_spaced = self.source.quotes == "spaced"
            is_escaped = self.source.quotes == "backslash" and b"\\" in unread
            if b'"' in unread or has_old_line_ends or is_spaced or is_escaped:
                # a line end may be inside a cell, so what is left is read in order
                yield from self._by_record(file_lines(file, unread.decode()))
                unread = b""
                break
            if cut := unread.rfind(b"\n") + 1:
                yield from self._of_block(unread[:cut])
                unread = unread[cut:]
        if unread:
            yield from self._of_block(unread)
        if not self.has_rows and self.reading.ragged:
            raise self._misfit(self.reading.ragged[0])
        is_cut_off = file.lines and file.end.endswith(self.source.delimiter.encode())
        if is_cut_off and not self.names[-1].startswith("unnamed_"):
            raise TableError(
                f"{self.path}: the last line ({file.lines + 1}) ends with a {self.source.delimiter!r} and has no line "
                f"end: was the file cut off before {self.names[-1]}? Fetch it again; if it is complete, add a line end"
            )

    def _of_block(self, block: bytes) -> Iterator[Rows]:
        """The rows of whole lines without quotes."""
        count = block.count(b"\n") + (not block.endswith(b"\n"))
        is_first = self.above > 0
        if is_first and count <= self.above:
            self.above -= count
            self.line += count
            return
        lines = _lines(block)
        table = None if self._has_marks(block) else self._by_arrow(block, self.above)
        if table is None or len(table) != count - self.above or has_blank(table):
            yield from self._by_record(lines)
            return
        start = self.line + self.above
        self.line += count
        self.above = 0
        self.has_rows = True
        for batch in table.combine_chunks().to_batches():
            yield Rows(batch, range(start, start + len(batch)))
            start += len(batch)

    def _has_marks(self, block: bytes) -> bool:
        comment = self.source.comment.encode()
        has_comment = bool(comment) and (block.startswith(comment) or b"\n" + comment in block)
        return has_comment or self.entries.may_be_in(block)

    def _by_arrow(self, block: bytes, skipped: int) -> pa.Table | None:
        """The rows of a block; None if a line does not fit the header."""
        start = 0
        for _ in range(skipped):
            start = block.index(b"\n", start) + 1
        rows = block[start:] if start else block
        try:
            return arrow_csv.read_csv(
                _arrow_owned(rows),
                arrow_csv.ReadOptions(column_names=self.names, block_size=len(rows) + 1),
                arrow_csv.ParseOptions(delimiter=self.source.delimiter),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid:
            return None

    def _by_record(self, lines: Iterator[str]) -> Iterator[Rows]:
        """The rows of the lines that come next; each record is looked at, unless all of a chunk are plain rows."""
        for _ in range(self.above - 1):
            next(lines, "")
            self.line += 1
        while chunk := list(islice(lines, CHUNK)):
            table = None if self.above else self._of_plain(chunk)
            if table is None or has_blank(table):
                yield from self._each(chunk, lines)
                continue
            self.has_rows = True
            for batch in table.combine_chunks().to_batches():
                yield Rows(batch, range(self.line, self.line + len(batch)))
                self.line += len(batch)

    def _of_plain(self, chunk: list[str]) -> pa.Table | None:
        """The rows of lines if each of them is one, strictly; None otherwise."""
        text = "".join(chunk)
        block = text.encode()
        is_odd = '\\"' in text or f'{self.source.delimiter} "' in text
        if self.source.quotes != "doubled" or is_odd or self._has_marks(block):
            return None
        cells = csv.reader(chunk, delimiter=self.source.delimiter, strict=True)
        try:
            count = sum(len(row) == len(self.names) for row in cells)
        except csv.Error:
            return None
        table = self._by_arrow(block, 0) if count == len(chunk) else None
        return table if table is not None and len(table) == count else None

    def _each(self, chunk: list[str], following: Iterator[str]) -> Iterator[Rows]:
        """The rows of a chunk of lines, and of those that follow as far as its last record goes."""
        end = self.line + len(chunk)
        lines = self._counting(chain(chunk, following))
        has_header = self.above > 0
        self.above = 0
        width = len(self.names)
        rows: list[Record] = []
        for record in records(lines, self.source, self.path, self.line):
            self.reading.has_odd_quotes |= any(cell.startswith(' "') for cell in record.cells)
            self.reading.has_line_ends |= record.last_line > record.line
            if has_header and not record.is_comment:
                has_header = False
            elif record.is_comment or self.entries.match(record):
                self.reading.left_out.append(record)
            elif record.is_blank and (self.source.drop_blank or not record.cells):
                self.reading.blank += [record.line] if record.cells else []
            elif len(record.cells) == width:
                rows.append(record)
            elif self.is_strict:
                raise self._misfit(record)
            else:
                self.reading.ragged.append(record)
            if record.last_line + 1 >= end:
                break
        if rows:
            yield self._rows(rows)

    def _counting(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.line += 1
            self.reading.has_odd_quotes |= '\\"' in line
            yield line

    def _misfit(self, record: Record) -> MisfitError:
        reason = misfit(record.line, len(record.cells), len(self.names), self.source.delimiter)
        return MisfitError(f"{self.path}: {reason}")

    def _rows(self, rows: list[Record]) -> Rows:
        self.has_rows = True
        columns = [
            pa.array([cell or None for cell in cells], pa.string())
            for cells in zip(*(record.cells for record in rows), strict=True)
        ]
        return Rows(pa.RecordBatch.from_arrays(columns, self.names), [record.line for record in rows])


def _lines(block: bytes) -> Iterator[str]:
    """The lines of a block of text with their ends."""
    return iter(io.StringIO(block.decode(), newline=""))


def _arrow_owned(block: bytes) -> pa.BufferReader:
    """A copy in Arrow's memory, since the last reference to it is sometimes released by one of Arrow's threads.

    To free Python's memory that thread would need the interpreter's lock. If the process is ending, the thread dies
    while it waits, and C++ aborts ("terminate called without an active exception").
    """
    copy = pa.BufferOutputStream()
    copy.write(block)
    return pa.BufferReader(copy.getvalue())
