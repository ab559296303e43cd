"""Rows of a source with the lines that they start in, and how to tell which records are no rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from core.source.records import Record
from core.spec.source import Source


class Rows(NamedTuple):
    """Rows, and the line of the file that each of them starts in."""

    batch: pa.RecordBatch
    lines: Sequence[int]


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


def has_blank(table: pa.Table | pa.RecordBatch) -> bool:
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
