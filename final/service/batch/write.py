"""Answers of a batch in the form that it was asked in; a row with mistakes has them in place of its answer."""

import csv
from collections.abc import Iterable
from typing import Any, BinaryIO, Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from service.batch.block import Answered, Mistakes
from service.model.answers import ABSTAIN, DECISION
from service.model.cells import AT_ONCE, cells
from service.model.live import Live

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also the wide forms
QUOTED = '[",\r\n]'  # what may need quotes in a cell
Keys = Any  # of a block: a list, an Arrow array, or None


class Writer(Protocol):
    def __init__(self, out: BinaryIO, live: Live) -> None: ...
    def add(self, keys: Keys, answered: Answered) -> None: ...
    def close(self, rows: int, invalid: int) -> None: ...


class JsonWriter:
    """{"predictions": [answer or {"errors": [...]}, ...], "model", "rows", "invalid"}."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._out, self._live, self._between = out, live, b""
        out.write(b'{"predictions":[')

    def add(self, keys: Keys, answered: Answered) -> None:
        self._out.write(self._between + b",".join(map(_as_json, answered.of(self._live))))
        self._between = b","

    def close(self, rows: int, invalid: int) -> None:
        ends = orjson.dumps({"model": self._live.version, "rows": rows, "invalid": invalid})
        self._out.write(b"]," + ends[1:])


class LinesWriter:
    """A JSON object a line."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._out, self._live = out, live

    def add(self, keys: Keys, answered: Answered) -> None:
        self._out.writelines(_as_json(answer) + b"\n" for answer in answered.of(self._live))

    def close(self, rows: int, invalid: int) -> None:
        """Nothing: the counts are in the headers."""


class _Lines(list[str]):
    """What `csv` writes, line by line."""

    write = list.append


class CsvWriter:
    """Columns: the contract's id where it has one, what the task answers, and `error`."""

    _special = QUOTED

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._out, self._live, self._id = out, live, live.rows.id
        (names,) = self._lines([[*([self._id] if self._id else []), *live.answers.columns, "error"]])
        out.write(names.encode())

    def add(self, keys: Keys, answered: Answered) -> None:
        if not len(answered):
            return
        columns = [
            self._predictions(answered),
            *map(float_texts, self._live.answers.numbers(answered.scores, answered.limits)),
            *self._texts(answered),
        ]
        odd = set(answered.mistakes)
        if self._id:
            texts = key_texts(keys, len(answered)).fill_null("")
            odd |= set(np.flatnonzero(pc.match_substring_regex(texts, self._special)).tolist())
            columns.insert(0, texts)
        ends = pa.array(["\n"] * len(answered))
        lines = pc.binary_join_element_wise(*columns, ends, ",", null_handling="replace", null_replacement="")
        if odd:
            places = sorted(odd)
            rows = [self._cells(columns, answered, place) for place in places]
            mask = np.zeros(len(answered), dtype=bool)
            mask[places] = True
            lines = pc.replace_with_mask(lines, pa.array(mask), pa.array(self._lines(rows)))
        _, offsets, data = lines.buffers()
        first, *_, last = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1].tolist()
        self._out.write(memoryview(data)[first:last])

    def _predictions(self, answered: Answered) -> pa.Array:
        if self._live.answers.target.task == "regression":
            return float_texts(answered.scores)
        values, places = self._live.answers.predictions(answered.scores)
        return self._as_cells(values).take(pa.array(places))

    def _texts(self, answered: Answered) -> list[pa.Array]:
        return [
            self._as_cells(texts).take(pa.array(places))
            for texts, places in self._live.answers.texts(answered.scores, answered.limits)
        ]

    def _cells(self, columns: list[pa.Array], answered: Answered, place: int) -> list[Any]:
        """The cells of a row of which one needs quotes, or that has mistakes."""
        key = [columns[0][place].as_py()] if self._id else []
        if place in answered.mistakes:
            return [*key, *[None] * len(self._live.answers.columns), error_text(answered.mistakes[place])]
        (answer,) = self._live.answers.of(*answered.at(place))
        return [*key, *self._live.answers.flat(answer), None]

    def _as_cells(self, values: Iterable[Any]) -> pa.Array:
        return pa.array([line[:-2] for line in self._lines([value, ""] for value in values)])

    def _lines(self, rows: Iterable[list[Any]]) -> list[str]:
        lines = _Lines()
        csv.writer(lines, lineterminator="\n").writerows(rows)
        return lines

    def close(self, rows: int, invalid: int) -> None:
        """Nothing: the counts are in the headers."""


class SafeCsvWriter(CsvWriter):
    """As CsvWriter, but no cell is a formula to a spreadsheet, which would run it when the file is opened."""

    _special = f"{QUOTED}|^[{''.join(sign for sign in FORMULA if sign != '-')}-]"

    def _lines(self, rows: Iterable[list[Any]]) -> list[str]:
        return super()._lines([without_formula(cell) for cell in row] for row in rows)


class ArrowWriter:
    """The columns of CsvWriter as an Arrow IPC stream; the id as text."""

    def __init__(self, out: BinaryIO, live: Live) -> None:
        self._live = live
        self._stream = pa.ipc.new_stream(out, schema(live))

    def add(self, keys: Keys, answered: Answered) -> None:
        self._stream.write_batch(record_batch(self._live, keys, answered))

    def close(self, rows: int, invalid: int) -> None:
        self._stream.close()


def schema(live: Live) -> pa.Schema:
    """The columns of an answer: id as text where the contract has one, what the task answers, `error`."""
    target = live.answers.target
    number, text = pa.float64(), pa.string()
    first = pa.int64() if _whole(live) else text
    if target.task == "regression":
        first = number
    prediction, *others = live.answers.columns
    key = {live.rows.id: text} if live.rows.id else {}
    kinds = {"set": text, ABSTAIN: pa.bool_(), DECISION: first}
    beside = {name: kinds.get(name, number) for name in others}
    return pa.schema({**key, prediction: first, **beside, "error": text})


def _whole(live: Live) -> bool:
    target = live.answers.target
    return target.task != "regression" and all(type(value) is int for value in target.values)


def record_batch(live: Live, keys: Keys, answered: Answered) -> pa.RecordBatch:
    """The answers to a block by `schema`, row by row; null where there is none."""
    rows = len(answered)
    wrong = ~answered.good
    if live.answers.target.task == "regression":
        predictions = pa.array(answered.scores, mask=wrong)
    else:
        values, places = live.answers.predictions(answered.scores)
        distinct = pa.array(values if _whole(live) else list(map(str, values)))
        predictions = distinct.take(pa.array(places, mask=wrong))
    numbers = [pa.array(column, mask=wrong) for column in live.answers.numbers(answered.scores, answered.limits)]
    texts = [
        pa.array(texts, pa.string()).take(pa.array(places, mask=wrong))
        for texts, places in live.answers.texts(answered.scores, answered.limits)
    ]
    key = [key_texts(keys, rows)] if live.rows.id else []
    columns = [*key, predictions, *numbers, *texts, _errors(answered)]
    kinds = schema(live)
    return pa.record_batch([column.cast(kind.type) for column, kind in zip(columns, kinds, strict=True)], schema=kinds)


def _errors(answered: Answered) -> pa.Array:
    """The mistakes of each row as one cell, null where there are none."""
    if not answered.mistakes:
        return pa.nulls(len(answered), pa.string())
    errors: list[str | None] = [None] * len(answered)
    for place, mistakes in answered.mistakes.items():
        errors[place] = error_text(mistakes)
    return pa.array(errors, pa.string())


def key_texts(keys: Keys, rows: int) -> pa.Array:
    """The ids as texts, null where a row has none."""
    if keys is None:
        return pa.nulls(rows, pa.string())
    if isinstance(keys, pa.Array):
        if pa.types.is_string(keys.type) or pa.types.is_integer(keys.type):
            return keys.cast(pa.string())
        keys = key_objects(keys)
    return pa.array([None if key is None else str(key) for key in keys], pa.string())


def key_objects(keys: pa.Array) -> list[Any]:
    return [key for start in range(0, len(keys), AT_ONCE) for key in cells(keys.slice(start, AT_ONCE))]


def float_texts(values: np.ndarray) -> pa.Array:
    """The numbers as Python's repr writes them."""
    texts = pa.array(values).cast(pa.string())
    size = np.abs(values)
    otherwise = ~((size >= 1e-4) & (size < 1e10) & (np.floor(values) != values))
    if not otherwise.any():
        return texts
    return pc.replace_with_mask(texts, pa.array(otherwise), pa.array(list(map(repr, values[otherwise].tolist()))))


def error_text(mistakes: Mistakes) -> str:
    """The mistakes of a row as one cell."""
    return "; ".join(": ".join(filter(None, (error["field"], error["reason"]))) for error in mistakes)


def without_formula(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula, after an apostrophe; a number stays a number."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _as_json(answer: dict[str, Any] | Mistakes) -> bytes:
    return orjson.dumps({"errors": answer} if isinstance(answer, list) else answer)
