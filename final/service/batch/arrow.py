"""Rows of an Arrow IPC stream from the network: nothing of it is looked at before Arrow's own full validation."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from pyarrow import types

from service.batch.block import Block, Rows, Table, rows_of_a_block
from service.batch.read import check_header, column_names
from service.batch.target import TargetColumn
from service.model import rows as model_rows
from service.model.cells import AT_ONCE, cells, text_bytes
from service.problems import Problem, mistake, refused, shown

PIECE = 2**20
MOST_BYTES = 256 * 2**20  # of one record batch, unpacked
MOST_OF_A_BLOCK = 16 * 2**20  # bytes of all columns of a block
SCALARS = (
    types.is_null,
    types.is_boolean,
    types.is_integer,
    types.is_floating,
    types.is_string,
    types.is_large_string,
    types.is_string_view,
    types.is_date,
    types.is_timestamp,
)
TOO_LONG = Problem(
    422, f"body: not an Arrow stream, or a record batch of more than {MOST_BYTES:,} bytes: write smaller ones"
)


def arrow_blocks(body: BinaryIO, rows: model_rows.Rows, target: TargetColumn) -> Iterator[Block]:
    """Rows of an Arrow IPC stream, record batch by record batch. Raises Problem (422)."""
    try:
        with pa.ipc.open_stream(pa.PythonFile(_Messages(body), "r")) as stream:
            check_schema(stream.schema, rows, target)
            for batch in stream:
                batch.validate(full=True)
                yield from blocks_of(batch, rows, target)
    except ConnectionError:
        raise  # the client has gone
    except (pa.ArrowException, OSError, MemoryError, ValueError, struct.error) as error:
        raise Problem(422, f"body: not an Arrow stream: {shown(' '.join(str(error).split()))}") from None


def check_schema(schema: pa.Schema, rows: model_rows.Rows, target: TargetColumn) -> None:
    """Raises Problem (422) where columns are unknown, there twice, or of a type that is no cell."""
    check_header(schema.names, rows, target, column_names(rows, target))
    _check_types(schema)


def blocks_of(batch: pa.RecordBatch, rows: model_rows.Rows, target: TargetColumn) -> Iterator[Block]:
    """A valid record batch in parts; rows with very long texts as objects. Raises Problem (422)."""
    for part in _parts(batch, rows_of_a_block(len(rows.names))):
        if _is_small(part):
            columns = dict(zip(batch.schema.names, map(_as_usual, part.columns), strict=True))
            for name in rows.aside:
                columns.pop(name, None)
            keys = columns.pop(rows.id or "", None)
            actual = columns.pop(target.target.name, None)
            yield Table(columns, len(part), keys=keys, actual=actual)
        else:
            yield from _objects(part, rows, target)


def _parts(batch: pa.RecordBatch, rows_at_once: int) -> Iterator[pa.RecordBatch]:
    """Parts of so many rows; of fewer where the texts are long, but not of fewer than are taken as objects at once."""
    for start in range(0, batch.num_rows, rows_at_once):
        part = batch.slice(start, rows_at_once)
        if _is_small(part) or len(part) <= AT_ONCE:
            yield part
        else:
            yield from _parts(part, (len(part) + 1) // 2)


def _is_small(batch: pa.RecordBatch) -> bool:
    return sum(map(_size, batch.columns)) <= MOST_OF_A_BLOCK


def _as_usual(column: pa.Array) -> pa.Array:
    """Texts of any kind as the usual one, which every function of Arrow's takes."""
    is_text = types.is_large_string(column.type) or types.is_string_view(column.type)
    return column.cast(pa.string()) if is_text else column


def _size(column: pa.Array) -> int:
    """Bytes of a column's cells, at most."""
    if types.is_dictionary(column.type):
        return int(column.indices.nbytes) + text_bytes(column.dictionary)
    return text_bytes(column)


def _objects(batch: pa.RecordBatch, rows: model_rows.Rows, target: TargetColumn) -> Iterator[Rows]:
    for start in range(0, len(batch), AT_ONCE):
        columns = [cells(column.slice(start, AT_ONCE)) for column in batch.columns]
        table = [dict(zip(batch.schema.names, values, strict=True)) for values in zip(*columns, strict=True)]
        keys = [row.pop(rows.id or "", None) for row in table]
        actual = [row.pop(target.target.name, None) for row in table]
        yield Rows(table, keys, actual, is_loose=True)


def _check_types(schema: pa.Schema) -> None:
    """Raises Problem (422) where a column is of a type that is no cell."""
    errors = [
        mistake(field.name, f"type {shown(field.type)} is not supported; cast it to string or number", "column")
        for field in schema
        if not _is_cell(field.type.value_type if types.is_dictionary(field.type) else field.type)
    ]
    if errors:
        raise refused(errors)


def _is_cell(kind: pa.DataType) -> bool:
    return any(is_kind(kind) for is_kind in SCALARS)


class _Messages:
    """The stream as a file that Arrow reads: each message is checked for its length before Arrow unpacks it."""

    closed = False

    def __init__(self, body: BinaryIO) -> None:
        self._reader = pa.ipc.MessageReader.open_stream(pa.PythonFile(_Pieces(body), "r"))
        self._rest = memoryview(b"")

    def read(self, size: int) -> memoryview:
        if not self._rest:
            try:
                message = self._reader.read_next_message()
            except StopIteration:
                return self._rest
            if unpacked_bytes(message) > MOST_BYTES:
                raise TOO_LONG
            self._rest = memoryview(message.serialize())
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


class _Pieces:
    """A body as a file of which as much memory is taken as has come, whatever a message says of its length."""

    closed = False

    def __init__(self, body: BinaryIO) -> None:
        self._body = body

    def read(self, size: int) -> bytes:
        if size > MOST_BYTES:
            raise TOO_LONG
        content = bytearray()
        while piece := self._body.read(min(PIECE, size - len(content))):
            content += piece
        return bytes(content)


def unpacked_bytes(message: pa.Message) -> int:
    """Bytes of a message's buffers once they are unpacked; 0 if none is packed.

    A packed buffer begins with its length (8 bytes, little endian; -1 if it is as it is). Where the buffers are, and
    whether they are packed, is in the message's flatbuffer: https://arrow.apache.org/docs/format/Columnar.html
    """
    flat, body = memoryview(message.metadata), message.body
    root = _follow(flat, 0)
    (kind,) = struct.unpack_from("<B", flat, _slot(flat, root, 1))
    if kind not in (2, 3):
        return 0
    batch = _follow(flat, _slot(flat, root, 2))
    if kind == 2:  # a batch of a dictionary, with the record batch inside
        batch = _follow(flat, _slot(flat, batch, 1))
    if not _slot(flat, batch, 3) or body is None:
        return 0
    buffers = _follow(flat, _slot(flat, batch, 2))
    (count,) = struct.unpack_from("<I", flat, buffers)
    total = 0
    for number in range(count):
        offset, length = struct.unpack_from("<qq", flat, buffers + 4 + 16 * number)
        if length > 0:
            (unpacked,) = struct.unpack_from("<q", memoryview(body), offset)
            total += max(unpacked, length)
    return total


def _slot(flat: memoryview, table: int, field: int) -> int:
    """Where a field of a flatbuffer's table is; 0 if the table does not have it."""
    (back,) = struct.unpack_from("<i", flat, table)
    (size,) = struct.unpack_from("<H", flat, table - back)
    if 4 + 2 * field >= size:
        return 0
    (offset,) = struct.unpack_from("<H", flat, table - back + 4 + 2 * field)
    return table + offset if offset else 0


def _follow(flat: memoryview, at: int) -> int:
    (offset,) = struct.unpack_from("<I", flat, at)
    return int(at + offset)
