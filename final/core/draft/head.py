"""The first rows of a table, and all rows of the columns that its split depends on."""

import pyarrow as pa
import pyarrow.compute as pc

from core.source.dates import formats_like

MOST_CELLS = 2_000_000


class Head:
    """Keeps the first rows as text; of the target and of columns that start with a date every row."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.rows = 0
        self._limit = 0
        self._whole: set[str] = set()
        self._parts: dict[str, list[pa.Array]] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        if not self._parts:
            self._limit = max(1000, MOST_CELLS // max(1, batch.num_columns))
            self._parts = {name: [] for name in batch.schema.names}
            self._whole = {name for name in self._parts if name == self.target or _starts_with_date(batch.column(name))}
        room = max(0, self._limit - self.rows)
        for name, parts in self._parts.items():
            column = batch.column(name)
            parts.append(column if name in self._whole else column.slice(0, room))
        self.rows += len(batch)

    @property
    def is_whole(self) -> bool:
        return self.rows <= self._limit

    def column(self, name: str, missing: tuple[str, ...] = ()) -> pa.Array:
        """As many rows of a column as are kept; the words for a missing value are null."""
        column = pa.chunked_array(self._parts[name], pa.string()).combine_chunks()
        return pc.if_else(pc.is_in(column, value_set=pa.array(missing, pa.string())), None, column)

    def first(self, name: str, missing: tuple[str, ...] = ()) -> pa.Array:
        """The first rows of a column."""
        return self.column(name, missing).slice(0, self._limit)


def _starts_with_date(column: pa.Array) -> bool:
    first = column.drop_null().slice(0, 1).to_pylist()
    return bool(first and formats_like(first[0]))
