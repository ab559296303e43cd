"""One streaming pass over a table: a profile of each column; what cannot be used is refused as soon as it is met."""

from collections.abc import Callable, Collection
from pathlib import Path

from core.base import memory
from core.base.errors import TableError
from core.draft.column_profile import ColumnProfile
from core.draft.head import Head
from core.draft.number_profile import NumberProfile
from core.draft.row_profile import RowProfile
from core.source.batches import numbered
from core.source.normalise import plain_cells
from core.spec.source import Source


def ignore_progress(rows: int) -> None:
    """The default of `profile`: nobody watches."""


def profile(
    source: Source,
    path: Path | None,
    table: str,
    head: Head,
    row_profile: RowProfile,
    progress: Callable[[int], None] = ignore_progress,
    numbers: Collection[str] = (),
) -> dict[str, ColumnProfile]:
    """The profile of each column; the first rows are put into `head`.

    `progress` is called with the number of rows read so far. `numbers` are columns that are read in the form that
    `source` says. Raises TableError.
    """
    columns: dict[str, ColumnProfile] = {}
    rows = size = 0
    limit = memory.allowed()
    for part in numbered(source, path, row_profile.reading):
        batch = part.batch
        if not columns:
            columns = {
                name: ColumnProfile(name, numbers=NumberProfile("." if name in numbers else source.decimal))
                for name in batch.schema.names
            }
        size += batch.nbytes
        if size * memory.PER_BYTE > limit:
            raise TableError(
                f"{table}: is larger than memory: training takes about {memory.PER_BYTE} times the table's size, more "
                f"than {size * memory.PER_BYTE / 1e6:,.0f} MB, and {limit / 1e6:,.0f} MB are available. "
                "Take a sample of its rows, or a larger machine"
            )
        row_profile.add(part)
        for name, column in columns.items():
            cells = batch.column(name)
            column.add(plain_cells(cells, source, name) if name in numbers else cells, part.lines)
        head.add(batch)
        rows += len(batch)
        progress(rows)
    if not rows:
        raise TableError(f"{table}: has a header and no rows")
    return columns
