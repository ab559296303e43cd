"""Answers as the bytes of a file, from the first to the last; a writer may go on after bytes that are there already."""

import csv
import io
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from scoring.blocks import AnsweredBlock
from scoring.forms import Form
from service.batch import write as batch_write
from service.model.live import Live

END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"


class Writer(Protocol):
    """`answers` has more columns than those of the block, if any are to be added."""

    def add(self, block: AnsweredBlock, answers: pa.RecordBatch | None) -> None: ...
    def end(self, rows: int, invalid: int) -> None: ...


class _Gate(io.RawIOBase):
    """A file that takes nothing before it is open: what a writer begins a file with may be there already."""

    def __init__(self, out: BinaryIO, is_open: bool) -> None:
        self._out, self.is_open = out, is_open

    def write(self, data: Any) -> int:
        return self._out.write(data) if self.is_open else len(data)


class _GoingOnJson(batch_write.JsonWriter):
    """Behind answers that are there already."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        super().__init__(out, live)
        self._between = b","


class AsService:
    """The bytes that the service answers."""

    def __init__(self, kind: type[batch_write.Writer], out: BinaryIO, live: Live, rows: int) -> None:
        gate = _Gate(out, is_open=rows == 0)
        self._writer = kind(gate, live)  # type: ignore[arg-type]
        gate.is_open = True

    def add(self, block: AnsweredBlock, answers: pa.RecordBatch | None) -> None:
        self._writer.add(block.block.keys, block.answered)

    def end(self, rows: int, invalid: int) -> None:
        self._writer.close(rows, invalid)


class ColumnsAsCsv:
    """A CSV of more columns than the service answers."""

    def __init__(self, out: BinaryIO, schema: pa.Schema, rows: int, is_safe: bool) -> None:
        self._out, self._is_safe = out, is_safe
        if not rows:
            self._write([schema.names])

    def add(self, block: AnsweredBlock, answers: pa.RecordBatch | None) -> None:
        columns = (block.batch if answers is None else answers).columns
        self._write(zip(*(column.to_pylist() for column in columns), strict=True))

    def _write(self, lines: Any) -> None:
        if self._is_safe:
            lines = [[batch_write.without_formula(cell) for cell in line] for line in lines]
        self._out.write(as_csv(lines))

    def end(self, rows: int, invalid: int) -> None:
        """Nothing comes after the last row."""


class StreamWriter:
    """An Arrow stream by its messages: those of record batches do not depend on what came before."""

    def __init__(self, out: BinaryIO, schema: pa.Schema, rows: int) -> None:
        self._out = out
        if not rows:
            out.write(schema.serialize())

    def add(self, block: AnsweredBlock, answers: pa.RecordBatch | None) -> None:
        self._out.write((block.batch if answers is None else answers).serialize())

    def end(self, rows: int, invalid: int) -> None:
        self._out.write(END_OF_STREAM)


class ErrorsWriter:
    """A line for each mistake: the number of the row from 1, its id, field, reason, type of what was there."""

    def __init__(self, out: BinaryIO, live: Live, size: int) -> None:
        self._out, self._live = out, live
        if not size:
            out.write(as_csv([["row", *([live.rows.id] if live.rows.id else []), "field", "reason", "got"]]))

    def add(self, block: AnsweredBlock) -> None:
        lines = []
        for place, mistakes in sorted(block.answered.mistakes.items()):
            key = [block.batch[self._live.rows.id][place].as_py()] if self._live.rows.id else []
            lines += [[block.first + place, *key, error["field"], error["reason"], error["got"]] for error in mistakes]
        self._out.write(as_csv(lines))


def as_csv(lines: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def writer_of(form: Form, out: BinaryIO, live: Live, schema: pa.Schema, rows: int, is_safe: bool) -> Writer:
    """The writer of what is kept while rows are answered; `rows` of them are in `out` already."""
    if form == Form.CSV and schema != batch_write.schema(live):
        return ColumnsAsCsv(out, schema, rows, is_safe)
    if form == Form.CSV:
        return AsService(batch_write.SafeCsvWriter if is_safe else batch_write.CsvWriter, out, live, rows)
    if form == Form.LINES:
        return AsService(batch_write.LinesWriter, out, live, rows)
    if form == Form.JSON:
        return AsService(_GoingOnJson if rows else batch_write.JsonWriter, out, live, rows)
    return StreamWriter(out, schema, rows)
