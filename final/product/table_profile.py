"""One streaming pass over a table: a profile of each column, refusing what can't be used as soon as it is met."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from product import memory
from product.batches import batches
from product.column_profile import ColumnProfile
from product.csv_file import TableError
from product.guess import looks_like_data
from product.source_declaration import Source


def profile(
    source: Source, path: Path | None, name: str, target: str, told: Callable[[int], None] = lambda rows: None
) -> dict[str, ColumnProfile]:
    """The profile of each column; `told` hears how many rows were read. Raises TableError."""
    found: dict[str, ColumnProfile] = {}
    size, most = 0, memory.allowed()
    for batch in batches(source, path):
        if not found:
            found = {column: ColumnProfile(column, source.decimal) for column in batch.schema.names}
            if target in found:
                found[target].places = []
        size += batch.nbytes
        if size * memory.PER_BYTE > most:
            raise TableError(
                f"{name}: is larger than memory: training takes about {memory.PER_BYTE} times the table's size, more "
                f"than {size * memory.PER_BYTE / 1e6:,.0f} MB, and {most / 1e6:,.0f} MB are there. "
                "Take a sample of its rows, or a larger machine (PRODUCT_MEMORY limits it by hand)"
            )
        _no_second_header(batch, name, next(iter(found.values())).rows)
        for column, one in found.items():
            one.add(batch.column(column))
        told(next(iter(found.values())).rows)
    if not found or not next(iter(found.values())).rows:
        raise TableError(f"{name}: has a header and no rows")
    numeric = [one for one in found.values() if looks_like_data(one)]
    if numeric and len(numeric) * 2 >= sum(bool(one.numbers) for one in found.values()):
        shown = ", ".join(list(found)[:6])
        raise TableError(
            f"{name}: the header is missing: the first line is {shown}, and {numeric[0].name!r} is a value, no name. "
            "Put a line with the columns' names in front"
        )
    return found


def _no_second_header(batch: pa.RecordBatch, name: str, before: int) -> None:
    """A line that is the header again, as in two files put together."""
    names = batch.schema.names
    if len(names) < 2:
        return
    same = pc.equal(batch.column(0), names[0])
    for position in (1, len(names) - 1):
        same = pc.and_(same, pc.equal(batch.column(position), names[position]))
    rows = pc.indices_nonzero(pc.fill_null(same, False)).to_pylist()
    if rows:
        raise TableError(f"{name}: line {before + rows[0] + 2} is the header again: were two files joined? Remove it")
