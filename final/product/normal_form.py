"""Brings a source's table to the one form that the stages read: UTF-8, commas, decimal points, days as YYYY-MM-DD."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from product.batches import batches
from product.columns import Integer, Number
from product.csv_file import TableError
from product.day_forms import times, whole_seconds
from product.declaration import Product


def write(product: Product, path: Path | None, output: Path) -> int:
    """Write the source's table to `output`, batch by batch; returns its rows. Raises TableError."""
    source, rows, writer = product.source, 0, None
    numbers = {name for name, feature in product.features.items() if isinstance(feature, Number | Integer)}
    if product.target.task == "regression":
        numbers.add(product.target.name)
    try:
        for batch in batches(source, path):
            columns = {name: batch.column(name) for name in batch.schema.names}
            for name in source.dates.keys() & columns:
                columns[name] = days(columns[name], source.dates[name])
            if source.decimal == ",":
                columns |= {n: pc.replace_substring(columns[n], ",", ".") for n in numbers & columns.keys()}
            table = pa.table(columns)
            for name in (name for name in source.require if name in columns):
                table = table.filter(pc.is_valid(table[name]))
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


def days(column: pa.Array, formats: tuple[str, ...]) -> pa.Array:
    """Days as YYYY-MM-DD; what fits no format stays as it is, for validation to find."""
    whole = whole_seconds(column)
    parsed = pc.coalesce(*(times(whole, form) for form in formats))
    return pc.coalesce(pc.strftime(parsed, format="%Y-%m-%d"), column)
