"""A Parquet file, or the answer of a database, as batches of text columns."""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from core.base.errors import TableError
from core.spec.source import Sql
from core.table.header import usable

TIME = "%Y-%m-%d %H:%M:%S"


def of_parquet(path: Path) -> Iterator[pa.RecordBatch]:
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


def of_sql(sql: Sql) -> Iterator[pa.RecordBatch]:
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
