"""What one pass over a table finds about its rows: the last ones, headers again, and what is no row."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from core.source.records import Reading, Record
from core.source.rows import Rows

LAST = 20


@dataclass
class RowProfile:
    """`last` are the last rows; `headers` are rows that repeat the header."""

    reading: Reading = field(default_factory=Reading)
    last: list[Record] = field(default_factory=list)
    headers: list[Record] = field(default_factory=list)

    def add(self, rows: Rows) -> None:
        """Add one batch."""
        batch, lines = rows
        if not len(batch):
            return
        self.last = [*self.last, *_records(batch.slice(max(0, len(batch) - LAST)), lines[-LAST:])][-LAST:]
        names = [name for name in batch.schema.names if not name.startswith("unnamed_")]
        if len(names) < 2:
            return
        same = pc.equal(batch.column(names[0]), names[0])
        for name in (names[1], names[-1]):
            same = pc.and_(same, pc.equal(batch.column(name), name))
        for place in pc.indices_nonzero(pc.fill_null(same, False)).to_pylist():
            self.headers += _records(batch.slice(place, 1), lines[place : place + 1])


def _records(batch: pa.RecordBatch, lines: Sequence[int]) -> list[Record]:
    columns = [column.to_pylist() for column in batch.columns]
    return [
        Record(line, ["" if cell is None else cell for cell in cells])
        for line, cells in zip(lines, zip(*columns, strict=True), strict=True)
    ]
