"""Answers of a batch in the form that it was asked in; a row with mistakes has them in place of its answer."""

import csv
import io
from collections.abc import Sequence
from typing import Any, BinaryIO, Protocol

import orjson

from service.live import Live

# (id or None, the answer's cells by name or the mistakes)
Answered = tuple[Any, dict[str, Any] | list[dict[str, Any]]]


class Writer(Protocol):
    def __init__(self, out: BinaryIO, live: Live) -> None: ...
    def add(self, answered: Sequence[Answered]) -> None: ...
    def close(self, rows: int, invalid: int) -> None: ...


class JsonWriter:
    """{"predictions": [answer or {"errors": [...]}, ...], "model", "rows", "invalid"}."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._out, self._live, self._between = out, live, b""
        out.write(b'{"predictions":[')

    def add(self, answered: Sequence[Answered]) -> None:
        items = [orjson.dumps({"errors": one} if isinstance(one, list) else one) for _, one in answered]
        self._out.write(self._between + b",".join(items))
        self._between = b","

    def close(self, rows: int, invalid: int) -> None:
        ends = orjson.dumps({"model": self._live.version, "rows": rows, "invalid": invalid})
        self._out.write(b"]," + ends[1:])


class LinesWriter:
    """A JSON object a line."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._out = out

    def add(self, answered: Sequence[Answered]) -> None:
        for _, one in answered:
            self._out.write(orjson.dumps({"errors": one} if isinstance(one, list) else one) + b"\n")

    def close(self, rows: int, invalid: int) -> None:
        """Nothing: the counts are in the headers."""


class CsvWriter:
    """Columns: the contract's id where it has one, what the task answers, and `error`."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._out, self._live, self._id = out, live, live.rows.id
        self._columns = [*([self._id] if self._id else []), *live.answers.columns, "error"]
        self._write([self._columns])

    def add(self, answered: Sequence[Answered]) -> None:
        self._write(cells(self._live, *one) for one in answered)

    def _write(self, lines: Any) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(lines)
        self._out.write(text.getvalue().encode())

    def close(self, rows: int, invalid: int) -> None:
        """Nothing: the counts are in the headers."""


class ArrowWriter:
    """The columns of CsvWriter as an Arrow IPC stream; the id as text."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        import nanoarrow
        from nanoarrow.ipc import StreamWriter

        self._nanoarrow, self._live = nanoarrow, live
        number, text = nanoarrow.float64(), nanoarrow.string()
        target = live.answers.target
        whole = all(type(value) is int for value in target.values) and target.task != "regression"
        first = number if target.task == "regression" else nanoarrow.int64() if whole else text
        self._plain = not whole and target.task != "regression"
        names = live.answers.columns
        kinds = {**({live.rows.id: text} if live.rows.id else {}), **dict.fromkeys(names, number), names[0]: first}
        self._kinds = [*kinds.values(), text]
        self._schema = nanoarrow.struct({**kinds, "error": text})
        self._stream = StreamWriter.from_writable(out)
        self._wrote = False

    def add(self, answered: Sequence[Answered]) -> None:
        rows = [cells(self._live, *one) for one in answered]
        place = 1 if self._live.rows.id else 0
        for row in rows:
            if place:
                row[0] = None if row[0] is None else str(row[0])
            if self._plain and row[place] is not None:
                row[place] = str(row[place])
        self._write(len(rows), list(zip(*rows, strict=True)))

    def _write(self, rows: int, columns: list[Any]) -> None:
        array, self._wrote = self._nanoarrow.c_array, True
        children = [array(column, kind) for column, kind in zip(columns, self._kinds, strict=True)]
        self._stream.write_array(
            self._nanoarrow.c_array_from_buffers(self._schema, length=rows, buffers=[None], children=children)
        )

    def close(self, rows: int, invalid: int) -> None:
        if not self._wrote:
            self._write(0, [[] for _ in self._kinds])  # the schema comes with the first batch
        self._stream.close()


def cells(live: Live, key: Any, one: dict[str, Any] | list[dict[str, Any]]) -> list[Any]:
    """An answer, or its mistakes, as the cells of a table row."""
    start = [key] if live.rows.id else []
    if isinstance(one, list):
        said = "; ".join(f"{error['field']}: {error['reason']}" if error["field"] else error["reason"] for error in one)
        return [*start, *[None] * len(live.answers.columns), said]
    return [*start, *live.answers.flat(one), None]
