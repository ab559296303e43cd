"""Writes a source's table in the form that the stages read: UTF-8, commas, decimal points, days as YYYY-MM-DD."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from core.base.errors import TableError
from core.source.batches import numbered
from core.source.dates import moments
from core.source.numbers import plain_numbers
from core.source.written import written_as
from core.spec.product import Product
from core.spec.source import Source


def write(product: Product, path: Path | None, output: Path) -> int:
    """Write the source's table to `output`, batch by batch; returns its rows. Raises TableError."""
    rows = 0
    writer = None
    try:
        for table, _ in _tables(product, path):
            if writer is None:
                writer = arrow_csv.CSVWriter(str(output), table.schema)
            writer.write_table(table)
            rows += len(table)
    finally:
        if writer is not None:
            writer.close()
    if not rows:
        raise TableError("the source gave no rows")
    return rows


def plain(
    batch: pa.RecordBatch, source: Source, numbers: Collection[str], with_time: Collection[str] = ()
) -> dict[str, pa.Array]:
    """The columns with missing cells empty, days as `days` writes them, and plain numbers. Raises TableError."""
    columns = {name: _without_words(batch.column(name), source.missing_in(name)) for name in batch.schema.names}
    for name in source.dates.keys() & columns:
        columns[name] = days(columns[name], source.dates[name], name in with_time)
    if not source.has_plain_numbers:
        columns |= {
            # a missing value may be a number such as -999,0 too
            name: _without_words(plain_cells(columns[name], source, name), source.missing_in(name))
            for name in columns.keys() & set(numbers)
        }
    return columns


def _without_words(column: pa.Array, missing: tuple[str, ...]) -> pa.Array:
    if not missing:
        return column
    return pc.if_else(pc.is_in(column, value_set=pa.array(missing, pa.string())), None, column)


def plain_cells(column: pa.Array, source: Source, name: str) -> pa.Array:
    """Plain numbers; a cell that is none stays as it is, and validation reports it."""
    form = source.number_form(name)
    parsed = plain_numbers(column, form)
    if form.decimal == ",":
        left = column.filter(pc.and_(pc.is_valid(column), pc.is_null(parsed)))
        if misread := left.filter(pc.match_substring_regex(left, r"^[-+]?[0-9]*\.[0-9]+$")).slice(0, 1).to_pylist():
            raise TableError(
                f"{name}: {misread[0]!r} has a point, but its decimal mark is a comma: if the point parts thousands, "
                f"set source.thousands to '.'; if it is decimal, set source.decimals: {{{name}: '.'}}"
            )
    return pc.coalesce(parsed, column)


def lines(product: Product, path: Path | None) -> list[int]:
    """The line of the source's file that each row of the table starts in. Raises TableError."""
    return [line for _, lines in _tables(product, path) for line in lines]


def _tables(product: Product, path: Path | None) -> Iterator[tuple[pa.Table, Sequence[int]]]:
    """The source's rows in the form that the stages read, and their lines."""
    source = product.source
    forms = written_as(product)
    with_time, numbers = ({name for name in forms if forms[name] == form} for form in ("time", "number"))
    for batch, lines in numbered(source, path):
        columns = plain(batch, source, numbers, with_time)
        table = pa.table(columns)
        kept: Sequence[int] = lines
        for name in columns.keys() & set(source.require):
            has_value = pc.is_valid(table[name])
            kept = [line for line, is_kept in zip(kept, has_value.to_pylist(), strict=True) if is_kept]
            table = table.filter(has_value)
        yield table, kept


def days(column: pa.Array, formats: tuple[str, ...], with_time: bool = False) -> pa.Array:
    """Days as YYYY-MM-DD, or times as YYYY-MM-DDTHH:MM:SS.

    A cell in another format stays as it is, and validation reports it.
    """
    written = "%Y-%m-%dT%H:%M:%S" if with_time else "%Y-%m-%d"
    return pc.coalesce(pc.strftime(moments(column, formats), format=written), column)
