"""Any source as a stream of batches of text columns, in bounded memory: CSV, Parquet, SQL."""

import csv
import datetime
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from core.base.errors import TableError
from core.source.compressed import Utf8
from core.source.records import BLOCK, MisfitError, Reading, Record, file_lines, of_file, records
from core.spec.source import Source, Sql
from core.table.header import misfit, not_empty, usable

CHUNK = 10_000  # records of a batch
TIME = "%Y-%m-%d %H:%M:%S"


class Rows(NamedTuple):
    """Rows, and the line of the file that each of them starts in."""

    batch: pa.RecordBatch
    lines: Sequence[int]


def batches(source: Source, path: Path | None, block: int = BLOCK) -> Iterator[pa.RecordBatch]:
    """Batches of string columns, null if missing; `path` is the file of a source that has one. Raises TableError.

    A CSV is read in pieces of `block` bytes.
    """
    return (rows.batch for rows in numbered(source, path, block=block))


def numbered(source: Source, path: Path | None, reading: Reading | None = None, block: int = BLOCK) -> Iterator[Rows]:
    """The batches with the lines of their rows; what is no row goes to `reading`. Raises TableError.

    Without a reading, a record with more or fewer cells than the header is refused.
    """
    if source.sql is not None:
        return _counted(_of_sql(source.sql), source, reading or Reading())
    if path is None:
        raise TableError("the source is a command: its table is read after it was written")
    if path.suffix.lower() in (".parquet", ".pq"):
        return _counted(_of_parquet(path), source, reading or Reading())
    return _Csv(path, source, reading).read(block)


def names_of(path: Path, source: Source) -> list[str]:
    """The header; a column without a name is called unnamed_N. Raises TableError."""
    return _names(_first_record(path, source), path)


def has_usual_header(path: Path, source: Source) -> bool:
    """Whether the header is written just as `names_of` returns it. Raises TableError."""
    cells = _first_record(path, source)
    return cells == _names(cells, path)


def _names(cells: list[str], path: Path) -> list[str]:
    """The names of the columns. Raises TableError."""
    numbered_cells = enumerate(not_empty(cells, path), 1)
    return usable(
        [" ".join(cell.strip("\ufeff").split()) or f"unnamed_{place}" for place, cell in numbered_cells], str(path)
    )


def _first_record(path: Path, source: Source) -> list[str]:
    """The cells of the header; one more if the rows have names, or end in a delimiter. Raises TableError."""
    below = of_file(path, source, max(source.header, 1) - 1)
    start = islice((record for record in below if not record.is_comment), 20)
    first = next(start, Record(1, [])).cells
    if source.header == 0:
        return [f"column_{place}" for place in range(1, len(first) + 1)]
    rows = [record.cells for record in start if not record.is_blank]
    longer = [cells for cells in rows if len(cells) == len(first) + 1]
    if len(longer) * 2 <= len(rows):
        return first
    if not any(cells[-1] for cells in longer):
        return [*first, ""]
    # names of rows are all different; the halves of a text that was cut at a comma begin with a space
    has_row_names = len({cells[0] for cells in longer}) == len(longer) and not any(
        cells[1].startswith(" ") for cells in longer
    )
    return ["", *first] if has_row_names and source.quotes != "none" else first


class Entries:
    """The entries of source.leave_out: the first cells of records that are no rows."""

    def __init__(self, source: Source) -> None:
        self.cells = source.entries
        self.marks = [max(cells, key=len).encode() for cells in self.cells]

    def may_be_in(self, block: bytes) -> bool:
        """Whether a block without quotes has such a record, perhaps."""
        return any(mark in block for mark in self.marks)

    def match(self, record: Record) -> bool:
        return any(record.cells[: len(cells)] == cells for cells in self.cells)


class _Csv:
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
        rest = b""
        while piece := file.read(size):
            rest += piece
            has_old_line_ends = rest.count(b"\r") != rest.count(b"\r\n")
            is_spaced = self.source.quotes == "spaced"
            if b'"' in rest or has_old_line_ends or is_spaced or (b"\\" in rest and self.source.quotes == "backslash"):
                # a line end may be inside a cell, so the rest is read in order
                yield from self._by_record(file_lines(file, rest.decode()))
                rest = b""
                break
            if cut := rest.rfind(b"\n") + 1:
                yield from self._of_block(rest[:cut])
                rest = rest[cut:]
        if rest:
            yield from self._of_block(rest)
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
        lines = file_lines_of(block)
        table = None if self._has_marks(block) else self._by_arrow(block, self.above)
        if table is None or len(table) != count - self.above or _has_blank(table):
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
            if table is None or _has_blank(table):
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


def file_lines_of(block: bytes) -> Iterator[str]:
    """The lines of a block of text with their ends."""
    return iter(io.StringIO(block.decode(), newline=""))


def _counted(parts: Iterator[pa.RecordBatch], source: Source, reading: Reading) -> Iterator[Rows]:
    """Batches of a table that is not text; its first row is line 2, as in a CSV."""
    start = 2
    for batch in parts:
        lines: Sequence[int] = range(start, start + len(batch))
        start += len(batch)
        if source.leave_out or (source.drop_blank and len(batch) and _has_blank(batch)):
            entries = Entries(source)
            kept = []
            for place, cells in enumerate(zip(*batch.to_pydict().values(), strict=True)):
                record = Record(lines[place], ["" if cell is None else cell for cell in cells])
                if entries.match(record):
                    reading.left_out.append(record)
                elif source.drop_blank and record.is_blank:
                    reading.blank.append(record.line)
                else:
                    kept.append(place)
            batch = batch.take(pa.array(kept, pa.int64()))
            lines = [lines[place] for place in kept]
        yield Rows(batch, lines)


def _has_blank(table: pa.Table | pa.RecordBatch) -> bool:
    return bool(pc.any(_blank(table)).as_py())


def _blank(table: pa.Table | pa.RecordBatch) -> pa.Array:
    """For each row, whether it has no value at all."""
    is_blank: Any = True
    for column in table.columns:
        empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True)
        is_blank = pc.and_(is_blank, empty)
        if not pc.any(is_blank).as_py():
            break
    return is_blank


def _arrow_owned(block: bytes) -> pa.BufferReader:
    """A copy in Arrow's memory, since the last reference to it is sometimes released by one of Arrow's threads.

    To free Python's memory that thread would need the interpreter's lock. If the process is ending, the thread dies
    while it waits, and C++ aborts ("terminate called without an active exception").
    """
    copy = pa.BufferOutputStream()
    copy.write(block)
    return pa.BufferReader(copy.getvalue())


def _of_parquet(path: Path) -> Iterator[pa.RecordBatch]:
    from pyarrow.parquet import ParquetFile

    if not path.is_file():
        raise TableError(f"{path}: no such file")
    try:
        file = ParquetFile(path)
        names = usable(file.schema_arrow.names, str(path))
        for batch in file.iter_batches(batch_size=1 << 15):
            yield pa.RecordBatch.from_arrays([_texts(batch.column(name), name) for name in names], names)
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path}: not a table in Parquet: {error}") from None


def _texts(column: pa.Array, name: str) -> pa.Array:
    """A column of single values as text, times to the second, as in CSV files."""
    try:
        if pa.types.is_timestamp(column.type):
            return pc.strftime(column.cast(pa.timestamp("s", column.type.tz), safe=False), format=TIME)
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise pa.ArrowInvalid(f"column {name} holds {column.type}: leave it out of the file") from None


def _of_sql(sql: Sql) -> Iterator[pa.RecordBatch]:
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    address = sql.url or os.environ.get(sql.url_from or "")
    if not address:
        raise TableError(f"source.sql.url_from: the environment has no variable {sql.url_from}")
    shown = sql.url or f"${sql.url_from}"
    try:
        url = sqlalchemy.make_url(address)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise TableError(f"{shown}: no such database file")
        with sqlalchemy.create_engine(url).connect() as connection:
            if url.get_backend_name() == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            elif url.get_backend_name() == "postgresql":
                connection.execution_options(postgresql_readonly=True)
            result = connection.execution_options(stream_results=True).execute(sqlalchemy.text(sql.query))
            names = usable(list(result.keys()), shown)
            for rows in result.partitions(10_000):
                columns = [pa.array([_cell(v) for v in values], pa.string()) for values in zip(*rows, strict=True)]
                yield pa.RecordBatch.from_arrays(columns, names)
    except (SQLAlchemyError, ImportError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise TableError(f"{shown}: {reason.replace(address, shown)}") from None


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value.strftime(TIME)
    return str(value).lower() if isinstance(value, bool) else str(value)
