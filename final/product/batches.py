"""Any source as a stream of batches of text columns, in bounded memory: CSV, Parquet, SQL."""

import csv
import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from product.csv_file import TableError, distinct
from product.source_declaration import Source, Sql
from product.text_file import Utf8

BLOCK = 4 << 20  # bytes of text read at once
LONGEST = 200  # characters of a column's name
TIME = "%Y-%m-%d %H:%M:%S"


def batches(source: Source, path: Path | None) -> Iterator[pa.RecordBatch]:
    """Batches of string columns, null where missing; `path` is the file of a source that has one. Raises TableError."""
    if source.sql is not None:
        return _of_sql(source.sql)
    if path is None:
        raise TableError("a command's table is read when it is written")
    if path.suffix.lower() in (".parquet", ".pq"):
        return _of_parquet(path)
    return _of_csv(path, source)


def names_of(path: Path, source: Source) -> list[str]:
    """The header; a column without a name is called unnamed_N. Raises TableError."""
    return _usual(_header(path, source), path)


def has_usual_header(path: Path, source: Source) -> bool:
    """Whether the header is written as `names_of` gives it. Raises TableError."""
    found = _header(path, source)
    return found == _usual(found, path)


def _usual(found: list[str], path: Path) -> list[str]:
    """The names that the cells of a header give. Raises TableError."""
    names = [" ".join(name.strip("\ufeff").split()) or f"unnamed_{place}" for place, name in enumerate(found, 1)]
    if not any(name.strip() for name in found):
        raise TableError(f"{path}: the first line is empty; it must be the columns' names")
    return _usable(names, str(path))


def _header(path: Path, source: Source) -> list[str]:
    """The first line's cells as they stand there. Raises TableError."""
    file = Utf8(path, source.encoding)
    try:
        start = file.read(1 << 16).decode(errors="ignore")
    finally:
        file.close()
    if "\0" in start:
        raise TableError(f"{path}: is no text: it has NUL bytes; name a CSV or Parquet file, or its --encoding")
    return next(csv.reader(start.splitlines(keepends=True), delimiter=source.delimiter), [])


def _usable(names: list[str], where: str) -> list[str]:
    """The same names; raises TableError where one stands there twice, or is none that a person could use."""
    distinct(names, where)
    for place, name in enumerate(names, 1):
        if len(name) > LONGEST or not name.isprintable():
            what = f"{len(name):,} characters, of {LONGEST} that it may have" if len(name) > LONGEST else "signs unseen"
            raise TableError(f"{where}: the name of column {place}, {name[:40]!r}, has {what}; give it another")
    return names


def _of_csv(path: Path, source: Source) -> Iterator[pa.RecordBatch]:
    names = names_of(path, source)
    file = Utf8(path, source.encoding)
    first = True
    try:
        for block in _blocks(file):
            table = arrow_csv.read_csv(
                _arrow_owned(block),
                arrow_csv.ReadOptions(column_names=names, skip_rows_after_names=int(first), block_size=len(block) + 1),
                arrow_csv.ParseOptions(delimiter=source.delimiter, newlines_in_values=True),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=["", *source.missing],
                    strings_can_be_null=True,
                ),
            )
            first = False
            yield from table.to_batches()
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise TableError(f"{path}: has a header and no rows") from None
        raise TableError(f"{path}: {_bad_line(path, source, str(error))}") from None
    if file.lines and file.end.endswith(source.delimiter.encode()) and not names[-1].startswith("unnamed_"):
        raise TableError(
            f"{path}: line {file.lines + 1}, the last, stops after a {source.delimiter!r} and has no line end: was the "
            f"file cut off before {names[-1]}? Fetch it again; if it is whole, put a line end there"
        )
    if file.quotes % 2 and (reason := _bad_line(path, source, "")):
        raise TableError(f"{path}: {reason}")


def _blocks(file: Utf8) -> Iterator[bytes]:
    """Whole rows, some megabytes at once: cut at the last line end that is outside of quotes.

    Arrow could read the file itself, but from a thread of its own, which may be left over when the process ends.
    """
    rest = b""
    while block := file.read(BLOCK):
        rest += block
        cut = rest.rfind(b"\n")
        inside = rest.count(b'"', 0, max(cut, 0)) % 2
        while inside and cut >= 0:
            before = rest.rfind(b"\n", 0, cut)
            inside = (inside + rest.count(b'"', max(before, 0), cut)) % 2
            cut = before
        if cut >= 0:
            yield rest[: cut + 1]
            rest = rest[cut + 1 :]
    if rest.strip():
        yield rest


def _arrow_owned(block: bytes) -> pa.BufferReader:
    """A copy in Arrow's memory: the last to let go of it is at times one of Arrow's threads.

    To free Python's memory that thread would want the interpreter's lock; if the process is just ending, it is ended
    there, and C++ aborts ("terminate called without an active exception").
    """
    copy = pa.BufferOutputStream()
    copy.write(block)
    return pa.BufferReader(copy.getvalue())


def _bad_line(path: Path, source: Source, otherwise: str) -> str:
    """The first line that is not like the header, for Arrow says no lines."""
    rows = csv.reader(_lines(path, source), delimiter=source.delimiter, strict=True)
    try:
        width = len(next(rows))
        for row in rows:
            if row and len(row) != width:
                above = ", or do other lines stand above the header" if rows.line_num <= 5 else ""
                return (
                    f"line {rows.line_num} has {len(row)} fields, the header has {width}: was the file cut off, or is "
                    f"a {source.delimiter!r} in a field that is not quoted{above}?"
                )
    except csv.Error as error:
        return f"line {rows.line_num}: {error}: was the file cut off inside a quoted field?"
    return otherwise


def _lines(path: Path, source: Source) -> Iterator[str]:
    file, rest = Utf8(path, source.encoding), b""
    while block := file.read(BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        yield from (line.decode() + "\n" for line in whole)
    if rest:
        yield rest.decode()


def _of_parquet(path: Path) -> Iterator[pa.RecordBatch]:
    from pyarrow.parquet import ParquetFile

    if not path.is_file():
        raise TableError(f"{path}: no such file")
    try:
        file = ParquetFile(path)
        names = _usable(file.schema_arrow.names, str(path))
        for batch in file.iter_batches(batch_size=1 << 15):
            yield pa.RecordBatch.from_arrays([_texts(batch.column(name), name) for name in names], names)
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path}: not a table in Parquet: {error}") from None


def _texts(column: pa.Array, name: str) -> pa.Array:
    """Any column of single values as text, a time to the second, as CSV files have it."""
    try:
        if pa.types.is_timestamp(column.type):
            return pc.strftime(column.cast(pa.timestamp("s", column.type.tz), safe=False), format=TIME)
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise pa.ArrowInvalid(f"column {name} holds {column.type}: leave it out of the file") from None


def _of_sql(sql: Sql) -> Iterator[pa.RecordBatch]:
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    written = sql.url or os.environ.get(sql.url_from or "")
    if not written:
        raise TableError(f"source.sql.url_from: the environment has no variable {sql.url_from}")
    where = sql.url or f"${sql.url_from}"
    try:
        url = sqlalchemy.make_url(written)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise TableError(f"{where}: no such database file")
        with sqlalchemy.create_engine(url).connect() as connection:
            if url.get_backend_name() == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            elif url.get_backend_name() == "postgresql":
                connection.execution_options(postgresql_readonly=True)
            result = connection.execution_options(stream_results=True).execute(sqlalchemy.text(sql.query))
            names = _usable(list(result.keys()), where)
            for rows in result.partitions(10_000):
                columns = [pa.array([_cell(v) for v in values], pa.string()) for values in zip(*rows, strict=True)]
                yield pa.RecordBatch.from_arrays(columns, names)
    except (SQLAlchemyError, ImportError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise TableError(f"{where}: {reason.replace(written, where)}") from None


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value.strftime(TIME)
    return str(value).lower() if isinstance(value, bool) else str(value)
