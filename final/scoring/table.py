"""A table of a database that is made of answers in one transaction: PostgreSQL or SQLite."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from core.base.errors import UserError
from core.source.database import absolute


class Table:
    """The table `name` of the database whose URL is in an environment variable."""

    def __init__(self, variable: str, name: str, may_replace: bool) -> None:
        self.variable, self.name, self._may_replace = variable, name, may_replace

    def __str__(self) -> str:
        return f"env:{self.variable} {self.name}"

    @property
    def key(self) -> str:
        return f"{self._address} {self.name}"

    @property
    def _address(self) -> str:
        address = os.environ.get(self.variable)
        if not address:
            raise UserError(f"--to-sql: the environment has no variable {self.variable}")
        return absolute(address)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """A connection in a transaction that is committed at the end. Raises UserError; nothing is changed then."""
        import sqlalchemy  # not at import: only this form needs it
        from sqlalchemy.exc import SQLAlchemyError

        address = self._address
        try:
            url = sqlalchemy.make_url(address)
            if url.drivername in ("postgres", "postgresql"):
                url = url.set(drivername="postgresql+psycopg")
            _check(url.get_backend_name())
            engine = sqlalchemy.create_engine(url)
            try:
                with engine.connect() as connection:
                    if connection.dialect.name == "sqlite":
                        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins none before CREATE TABLE
                    yield connection
                    connection.commit()
            finally:
                engine.dispose()
        except (SQLAlchemyError, ImportError) as error:
            raise self._failed(error, address) from None
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("psycopg", "sqlite3"):
                raise
            raise self._failed(error, address) from None

    def _failed(self, error: Exception, address: str) -> UserError:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        return UserError(f"--to-sql: {self}: {reason.replace(address, f'${self.variable}')}; the database is unchanged")

    def check(self) -> None:
        """Raises UserError if the database does not answer, or has the table and it may not be replaced."""
        import sqlalchemy

        schema, _, name = self.name.rpartition(".")
        with self._connected() as connection:
            exists = sqlalchemy.inspect(connection).has_table(name, schema or None)
        if exists and not self._may_replace:
            raise UserError(f"--to-sql: {self}: the table exists; name another, or add --replace-table")

    def replace(self, stream: Any) -> None:
        """Make the table of a stream of record batches."""
        import sqlalchemy
        from sqlalchemy.schema import CreateTable, DropTable

        schema, _, name = self.name.rpartition(".")
        columns = [sqlalchemy.Column(field.name, _type(field.type)) for field in stream.schema]
        table = sqlalchemy.Table(name, sqlalchemy.MetaData(), *columns, schema=schema or None)
        with self._connected() as connection:
            if self._may_replace:
                connection.execute(DropTable(table, if_exists=True))
            connection.execute(CreateTable(table))
            rows = (row for batch in stream for row in zip(*(c.to_pylist() for c in batch.columns), strict=True))
            quoted = connection.dialect.identifier_preparer.format_table(table)
            cursor = connection.connection.cursor()
            if connection.dialect.name == "postgresql":
                with cursor.copy(f"COPY {quoted} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ", ".join("?" * len(columns))
                cursor.executemany(f"INSERT INTO {quoted} VALUES ({marks})", rows)  # noqa: S608 the name is quoted


def _check(backend: str) -> None:
    if backend not in ("postgresql", "sqlite"):
        raise UserError(f"--to-sql: {backend}: answers go to PostgreSQL or SQLite")


def _type(kind: pa.DataType) -> Any:
    import sqlalchemy

    if pa.types.is_integer(kind):
        return sqlalchemy.BigInteger()
    return sqlalchemy.Double() if pa.types.is_floating(kind) else sqlalchemy.Text()
