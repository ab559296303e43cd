"""Any source as a stream of batches of text columns, in bounded memory: CSV, Parquet, SQL."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from core.base.errors import TableError
from core.source.columnar import of_parquet, of_sql
from core.source.csv_rows import CsvRows
from core.source.records import BLOCK, Reading, Record
from core.source.rows import Entries, Rows, has_blank
from core.spec.source import Source


def batches(source: Source, path: Path | None, block: int = BLOCK) -> Iterator[pa.RecordBatch]:
    """Batches of string columns, null if missing; `path` is the file of a source that has one. Raises TableError.

    A CSV is read in pieces of `block` bytes.
    """
    return (rows.batch for rows in numbered(source, path, block=block))


def numbered(source: Source, path: Path | None, reading: Reading | None = None, block: int = BLOCK) -> Iterator[Rows]:
    """The batches with the lines of their rows; what is no row goes to `reading`. Raises TableError.

    Without a reading, a record with more or fewer cells than the header is refused.
    """
    if source.sql is not None:
        return _counted(of_sql(source.sql), source, reading or Reading())
    if path is None:
        raise TableError("the source is a command: its table is read after it was written")
    if path.suffix.lower() in (".parquet", ".pq"):
        return _counted(of_parquet(path), source, reading or Reading())
    return CsvRows(path, source, reading).read(block)


def _counted(parts: Iterator[pa.RecordBatch], source: Source, reading: Reading) -> Iterator[Rows]:
    """Batches of a table that is not text; its first row is line 2, as in a CSV."""
    start = 2
    for batch in parts:
        lines: Sequence[int] = range(start, start + len(batch))
        start += len(batch)
        if source.leave_out or (source.drop_blank and len(batch) and has_blank(batch)):
            entries = Entries(source)
            kept = []
            for place, cells in enumerate(zip(*batch.to_pydict().values(), strict=True)):
                record = Record(lines[place], ["" if cell is None else cell for cell in cells])
                if entries.match(record):
                    reading.left_out.append(record)
                elif source.drop_blank and record.is_blank:
                    reading.blank.append(record.line)
                else:
                    kept.append(place)
            batch = batch.take(pa.array(kept, pa.int64()))
            lines = [lines[place] for place in kept]
        yield Rows(batch, lines)
