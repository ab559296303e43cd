"""The batch engine as it was when every row was a Python object: what the engine of columns is compared with."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO, Self

import orjson
import pyarrow as pa
from pydantic import BaseModel, ValidationError

from core.spec.target import Target
from service.batch import csv_form
from service.batch.arrow import _check_types, _Messages
from service.batch.block import NoRow
from service.batch.csv_form import PIECE, TOO_LONG, _is_utf8, delimiter_of
from service.batch.read import _elements, _json_lines, check_header, column_names, csv_names, no_row
from service.batch.read import encodings as _encodings
from service.batch.target import TargetColumn
from service.batch.write import without_formula
from service.json_text import LONGEST
from service.model.cells import cells as arrow_cells
from service.model.live import Live
from service.model.rows import Rows
from service.problems import Problem, explain, shown

Row = tuple[Any, Any]
Answered = tuple[Any, dict[str, Any] | list[dict[str, Any]]]
SLICE = CHUNK = 2000


def lines_of(body: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines of a text in UTF-8, or in the other encoding if its first letters beyond ASCII are not UTF-8."""
    decoder: codecs.IncrementalDecoder | None = None
    line_start = ""
    while piece := body.read(PIECE):
        if decoder is None and not (piece.isascii() and b"\0" not in piece):
            decoder = codecs.getincrementaldecoder("utf-8-sig" if _is_utf8(piece) else encoding)()
        text = decoder.decode(piece) if decoder else piece.decode("ascii")
        *whole, line_start = io.StringIO(line_start + text, newline="")
        yield from whole
        if len(line_start) > LONGEST:
            raise TOO_LONG
    line_start += decoder.decode(b"", final=True) if decoder else ""
    yield from io.StringIO(line_start, newline="")


class Lines:
    """Lines of which a record may take no more characters than a row has; `length` is what it has taken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self.length = lines, 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.length += len(line)
        if self.length > LONGEST:
            raise TOO_LONG
        return line


def opened(body: BinaryIO, rows: Rows, target: Target) -> tuple[Lines, str, bool]:
    """The lines of the body, their delimiter, and whether the cells are in the form of the training.

    Raises Problem (422).
    """
    reading = rows.reading
    lines = lines_of(body, reading.encoding)
    try:
        first = next(lines, "")
    except UnicodeDecodeError:
        raise Problem(422, f"line 1: not UTF-8, nor {reading.encoding}, as the table of the training") from None
    names = {*rows.names, *rows.ignored, *rows.aside, target.name, *([rows.id] if rows.id else [])}
    delimiter = delimiter_of(first, names, reading)
    return Lines(chain([first], lines)), delimiter, delimiter == reading.delimiter


def csv_table(body: BinaryIO, rows: Rows, target: TargetColumn) -> Iterator[Row]:
    """Rows of a CSV with a header; it may have the contract's id, which comes back with the answer."""
    if not rows.reading.is_usual:
        yield from _csv_rows(*opened(body, rows, target.target), rows, target)
        return
    text = io.TextIOWrapper(body, "utf-8-sig", newline="")
    lines = Lines(iter(lambda: text.readline(LONGEST + 1), ""))
    try:
        yield from _csv_rows(lines, ",", False, rows, target)
    finally:
        text.detach()  # the body is its owner's to close


def _csv_rows(text: Lines, delimiter: str, has_form: bool, rows: Rows, target: TargetColumn) -> Iterator[Row]:
    """`has_form`: whether the cells are written as those of the training."""
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        header = csv_form.names_in(next(lines, []), csv_names(rows, target))
        check_header(header, rows, target, csv_names(rows, target))
        left_out = [name for name in header if name in rows.ignored]
        changes = csv_form.changes(rows, target.target, header, has_form)
        changed = [(place, change) for place, change in enumerate(changes) if change]
        for cells in lines:
            text.length = 0
            if len(cells) == len(header):
                mistakes = csv_form.change(cells, changed, header) if changed else []
                row = dict(zip(header, cells, strict=True))
                for name in left_out:
                    del row[name]
                key = row.pop(rows.id, None) if rows.id else None
                yield key, NoRow(mistakes) if mistakes else rows.loose(row)
            elif cells:
                yield None, no_row(f"has {len(cells)} cells, the header has {len(header)}")
    except UnicodeDecodeError:
        raise Problem(422, f"line {lines.line_num + 1}: not {_encodings(rows)}") from None
    except csv.Error as error:
        raise Problem(422, f"line {lines.line_num}: not CSV: {error}") from None


def arrow_stream(body: BinaryIO, rows: Rows, target: TargetColumn) -> Iterator[Row]:
    """Rows of an Arrow IPC stream, record batch by record batch. Raises Problem (422)."""
    try:
        with pa.ipc.open_stream(pa.PythonFile(_Messages(body), "r")) as stream:
            header = [field.name for field in stream.schema]
            check_header(header, rows, target, column_names(rows, target))
            _check_types(stream.schema)
            for batch in stream:
                batch.validate(full=True)
                for start in range(0, batch.num_rows, SLICE):
                    columns = [arrow_cells(column.slice(start, SLICE)) for column in batch.columns]
                    for values in zip(*columns, strict=True):
                        row = dict(zip(header, values, strict=True))
                        yield row.pop(rows.id, None) if rows.id else None, rows.loose(row)
    except (pa.ArrowException, OSError, MemoryError, ValueError) as error:
        raise Problem(422, f"body: not an Arrow stream: {shown(' '.join(str(error).split()))}") from None


class JsonWriter:
    """{"predictions": [answer or {"errors": [...]}, ...], "model", "rows", "invalid"}."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._out, self._live, self._between = out, live, b""
        out.write(b'{"predictions":[')

    def add(self, answered: Sequence[Answered]) -> None:
        items = [_as_json(answer) for _, answer in answered]
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
        for _, answer in answered:
            self._out.write(_as_json(answer) + b"\n")

    def close(self, rows: int, invalid: int) -> None:
        """Nothing: the counts are in the headers."""


class CsvWriter:
    """Columns: the contract's id where it has one, what the task answers, and `error`."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._out, self._live, self._id = out, live, live.rows.id
        self._columns = [*([self._id] if self._id else []), *live.answers.columns, "error"]
        self._write([self._columns])

    def add(self, answered: Sequence[Answered]) -> None:
        self._write(cells(self._live, *pair) for pair in answered)

    def _write(self, lines: Any) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(lines)
        self._out.write(text.getvalue().encode())

    def close(self, rows: int, invalid: int) -> None:
        """Nothing: the counts are in the headers."""


class SafeCsvWriter(CsvWriter):
    """As CsvWriter, but no cell is a formula to a spreadsheet, which would run it when the file is opened."""

    def _write(self, lines: Any) -> None:
        super()._write([without_formula(cell) for cell in line] for line in lines)


class ArrowWriter:
    """The columns of CsvWriter as an Arrow IPC stream; the id as text."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._live, target = live, live.answers.target
        number, text = pa.float64(), pa.string()
        whole = all(type(value) is int for value in target.values) and target.task != "regression"
        first = pa.int64() if whole else text
        if target.task == "regression":
            first = number
        self._plain = not whole and target.task != "regression"
        names = live.answers.columns
        kinds = {**({live.rows.id: text} if live.rows.id else {}), **dict.fromkeys(names, number), names[0]: first}
        kinds |= {"set": text} if "set" in names else {}
        kinds |= {"abstain": pa.bool_()} if "abstain" in names else {}
        kinds |= {"decision": first} if "decision" in names else {}
        self._schema = pa.schema({**kinds, "error": text})
        self._stream = pa.ipc.new_stream(out, self._schema)
        self._batch = pa.record_batch

    def add(self, answered: Sequence[Answered]) -> None:
        rows = [cells(self._live, *pair) for pair in answered]
        place = 1 if self._live.rows.id else 0
        for row in rows:
            if place:
                row[0] = None if row[0] is None else str(row[0])
            if self._plain and row[place] is not None:
                row[place] = str(row[place])
            if "decision" in self._schema.names and self._plain and row[-2] is not None:
                row[-2] = str(row[-2])
        columns = [pa.array(column) for column in zip(*rows, strict=True)]
        columns = [column.cast(kind.type) for column, kind in zip(columns, self._schema, strict=True)]
        self._stream.write_batch(self._batch(columns, schema=self._schema))

    def close(self, rows: int, invalid: int) -> None:
        self._stream.close()


def _as_json(answer: dict[str, Any] | list[dict[str, Any]]) -> bytes:
    return orjson.dumps({"errors": answer} if isinstance(answer, list) else answer)


def cells(live: Live, key: Any, answer: dict[str, Any] | list[dict[str, Any]]) -> list[Any]:
    """An answer, or its mistakes, as the cells of a table row."""
    start = [key] if live.rows.id else []
    if isinstance(answer, list):
        reasons = [": ".join(filter(None, (error["field"], error["reason"]))) for error in answer]
        return [*start, *[None] * len(live.answers.columns), "; ".join(reasons)]
    return [*start, *live.answers.flat(answer), None]


def predict(live: Live, values: list[Any]) -> list[dict[str, Any] | list[dict[str, Any]]]:
    """The answer of each value that is a row by the contract, the mistakes of each that is none."""
    checked = [value if isinstance(value, NoRow) else live.rows.one_or_error(value) for value in values]
    good = [row for row in checked if isinstance(row, BaseModel)]
    good_answers = iter(answers(live, good) if good else [])
    return [_mistakes(row, live) if isinstance(row, ValidationError | NoRow) else next(good_answers) for row in checked]


def _mistakes(row: ValidationError | NoRow, live: Live) -> list[dict[str, Any]]:
    return row if isinstance(row, NoRow) else explain(row, live.rows.names)


def answers(live: Live, rows: list[BaseModel]) -> list[dict[str, Any]]:
    return live.answers.of(*live.require_model().scored(live.rows.columns(rows)))


READERS: dict[str, Callable[..., Iterator[Row]]] = {
    "application/json": lambda body, rows, target: ((None, value) for value in _elements(body)),
    "application/x-ndjson": lambda body, rows, target: ((None, value) for value in _json_lines(body)),
    "text/csv": csv_table,
    "text/csv; formulas=escape": csv_table,
    "application/vnd.apache.arrow.stream": arrow_stream,
}
WRITERS: dict[str, Any] = {
    "application/json": JsonWriter,
    "application/x-ndjson": LinesWriter,
    "text/csv": CsvWriter,
    "text/csv; formulas=escape": SafeCsvWriter,
    "application/vnd.apache.arrow.stream": ArrowWriter,
}


def score(live: Live, form: str, body: BinaryIO, out: BinaryIO, target: Any) -> tuple[int, int, Any]:
    """Rows, how many are wrong, and the pairs of actual and predicted values that are compared. Raises Problem."""
    writer, rows, invalid, compared = WRITERS[form](out, live), 0, 0, []
    incoming = READERS[form](body, live.rows, target)
    while chunk := list(islice(incoming, CHUNK)):
        values = [value for _, value in chunk]
        actual = [value.pop(target.target.name, None) if _may_have(value, target) else None for value in values]
        answered = predict(live, values)
        writer.add([(key, answer) for (key, _), answer in zip(chunk, answered, strict=True)])
        rows += len(answered)
        invalid += sum(isinstance(answer, list) for answer in answered)
        compared += [
            target._agreement(known, answer["prediction"])
            for known, answer in zip(actual, answered, strict=True)
            if known not in (None, "") and isinstance(answer, dict)
        ]
    writer.close(rows, invalid)
    return rows, invalid, (len(compared), sum(compared))


def _may_have(value: Any, target: Any) -> bool:
    return bool(target.is_allowed) and isinstance(value, dict)
