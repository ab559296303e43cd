"""Rows of every form as blocks of the service's engine."""

import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from core.base.errors import TableError
from core.spec.columns import Integer, Number
from core.spec.source import Source, Sql
from scoring.forms import FOLDER_OF, Form, form_of
from scoring.place import Place
from service.batch.arrow import arrow_blocks, blocks_of, check_schema
from service.batch.block import Block, rows_of_a_block
from service.batch.csv_blocks import csv_blocks
from service.batch.read import json_blocks, line_blocks
from service.batch.score import Reader
from service.batch.target import TargetColumn
from service.model.live import Live
from service.model.rows import Rows

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

BUFFER = 2**16  # bytes of each column of a Parquet file that are read at a time
BYTES_OF_REPEATED = 4  # of a cell in a Parquet file, on average; a text that is written out has at least as many
TEXTS: dict[Form, Reader] = {
    Form.CSV: csv_blocks,
    Form.JSON: json_blocks,
    Form.LINES: line_blocks,
    Form.STREAM: arrow_blocks,
}


@dataclass
class Input:
    """Rows to be read once. `position` of `total` is how far it is, in bytes or rows; no total if nobody knows."""

    name: str
    identity: dict[str, Any]
    total: int | None = None
    position: int = 0
    files: list[tuple[str, int]] = field(default_factory=list)  # of a folder: name and rows of each
    is_repeatable: bool = True  # the same rows in the same order another time

    def blocks(self, live: Live, target: TargetColumn) -> Iterator[Block]:
        raise NotImplementedError


@dataclass
class TextInput(Input):
    """A file of which each row is read by itself: CSV, JSON, JSON lines; and an Arrow stream."""

    form: Form = Form.CSV

    def blocks(self, live: Live, target: TargetColumn) -> Iterator[Block]:
        with Place(self.name).reading() as file:
            body: BinaryIO = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file, 2**20)  # type: ignore[type-var]
            for block in TEXTS[self.form](body, live.rows, target):
                self.position = body.tell()
                yield block


@dataclass
class TableInput(Input):
    """Parquet, a folder of Parquet files, or an Arrow file."""

    form: Form = Form.PARQUET
    places: list[Place] = field(default_factory=list)

    def blocks(self, live: Live, target: TargetColumn) -> Iterator[Block]:
        for place in self.places:
            with opened_table(place, self.form, live.rows) as batches:
                for batch in batches:
                    for block in blocks_of(as_cells(batch, live, target), live.rows, target):
                        self.position += len(block)
                        yield block


@dataclass
class QueryInput(Input):
    """The rows of a query, every cell as text, as `pipeline.sh --data env:URL` reads them."""

    sql: Sql | None = None

    def blocks(self, live: Live, target: TargetColumn) -> Iterator[Block]:
        from core.source.batches import batches  # not at import: only this form needs its libraries

        for rows in batches(Source(sql=self.sql), None):
            yield from blocks_of(as_cells(rows, live, target), live.rows, target)


def of_place(place: Place) -> Input:
    """The input of a file or folder. Raises UserError, OSError."""
    form = form_of(place)
    if form == Form.PARQUET and place.is_folder:
        places = place.files(FOLDER_OF)
        files = [(file.within(place), rows_of(file, form)) for file in places]
        identity = {"name": place.name, "files": [file.identity() for file in places]}
        total = sum(rows for _, rows in files)
        return TableInput(place.name, identity, total, files=files, form=form, places=places)
    if form in (Form.PARQUET, Form.ARROW):
        return TableInput(place.name, place.identity(), rows_of(place, form), form=form, places=[place])
    return TextInput(place.name, place.identity(), place.size(), form=form)


def of_query(variable: str, query: str) -> Input:
    sql = Sql(query=query, url_from=variable)
    name = f"env:{variable}"
    return QueryInput(name, {"name": name, "query": query}, is_repeatable=False, sql=sql)


@contextmanager
def opened_table(place: Place, form: Form, rows: Rows) -> Iterator[Iterator[pa.RecordBatch]]:
    """The record batches of a file. Raises TableError."""
    try:
        with place.reading() as file:
            if form == Form.PARQUET:
                from pyarrow.parquet import ParquetFile

                repeated = repeated_texts(ParquetFile(file), rows)
                # what is read ahead is kept until the file is closed: right for S3, but the whole file in memory
                ahead = {"pre_buffer": True} if place.is_s3 else {"pre_buffer": False, "buffer_size": BUFFER}
                table = ParquetFile(file, read_dictionary=repeated, **ahead)
                yield table.iter_batches(batch_size=rows_of_a_block(len(rows.names)))
            else:
                with pa.ipc.open_file(file) as table:
                    yield (table.get_batch(number) for number in range(table.num_record_batches))
    except pa.ArrowException as error:
        raise TableError(f"{place}: not a table in {form.value}: {' '.join(str(error).split())}") from None


def repeated_texts(table: "ParquetFile", rows: Rows) -> list[str]:
    """The columns whose distinct texts are read once, and looked at once, in place of the text of every row."""
    features = rows.contract.features
    texts = {field.name for field in table.schema_arrow if pa.types.is_string(field.type) and field.name in features}
    sizes = Counter[str]()
    for group in range(table.metadata.num_row_groups):
        chunks = table.metadata.row_group(group)
        for column in map(chunks.column, range(chunks.num_columns)):
            sizes[column.path_in_schema] += column.total_uncompressed_size
    return [
        name
        for name in texts
        if not isinstance(features[name], Number | Integer)
        and sizes[name] < BYTES_OF_REPEATED * table.metadata.num_rows
    ]


def rows_of(place: Place, form: Form) -> int:
    """How many rows a file says it has. Raises TableError, OSError."""
    try:
        with place.reading() as file:
            if form == Form.PARQUET:
                from pyarrow.parquet import ParquetFile

                return int(ParquetFile(file).metadata.num_rows)
            with pa.ipc.open_file(file) as table:
                return sum(table.get_batch(number).num_rows for number in range(table.num_record_batches))
    except pa.ArrowException as error:
        raise TableError(f"{place}: not a table in {form.value}: {' '.join(str(error).split())}") from None


def as_cells(rows: pa.RecordBatch, live: Live, target: TargetColumn) -> pa.RecordBatch:
    """Columns of cells: decimals as text; those that the training left out are left out. Raises Problem (422)."""
    kept = [name for name in rows.schema.names if name not in live.rows.ignored]
    columns = [_as_cell(rows.column(name)) for name in kept]
    result = pa.RecordBatch.from_arrays(columns, kept)
    check_schema(result.schema, live.rows, target)
    return result


def _as_cell(column: pa.Array) -> pa.Array:
    if pa.types.is_decimal(column.type):
        return column.cast(pa.string())
    if pa.types.is_dictionary(column.type) and len(column.dictionary) > len(column):
        return column.dictionary_decode()  # a few rows of a large dictionary
    return column
