"""MLflow's scoring protocol: what its clients send to /invocations, answered and refused as its own server does.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally : text/csv, or JSON with exactly one of
dataframe_split, dataframe_records, instances, inputs. Errors are {"error_code", "message"} with status 400.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from service.batch.block import Block
from service.batch.csv_blocks import csv_blocks
from service.batch.read import as_row, check_header
from service.batch.sample import Sample
from service.batch.score import all_or_none, answers, blocks_of
from service.batch.target import TargetColumn
from service.json_text import JsonError, JsonStream, rows_of
from service.model.live import Live
from service.problems import Problem, mistake, refused, shown, unreadable

VERSION = "3.17.2"  # whose server is spoken after; the tests compare with it
TYPES = ("text/csv", "application/json")
FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")


def run(live: Live, order: dict[str, Any], body: BinaryIO, out: BinaryIO, sample: Sample) -> dict[str, Any]:
    """Predict the rows of the body. Raises Problem: 400 where it has no known form, 422 where a row is wrong, 415."""
    kind, _, parameters = order["type"].partition(";")
    charset = parameters.replace(" ", "").lower()
    if kind.strip() not in TYPES or charset not in ("", "charset=utf-8"):
        raise Problem(415, f"content type {order['type']!r} is not supported; these are: {', '.join(TYPES)}, in UTF-8")
    blocks: Iterator[Block]
    if kind.strip() == "text/csv":
        blocks = csv_blocks(body, live.rows, TargetColumn(live.answers.target, "refuse"))
    else:
        blocks = blocks_of(from_json(live, body.read()), is_loose=True)
    out.write(b'{"predictions":[')
    between = b""
    try:
        for part in all_or_none(live, blocks, order["most"]):
            out.write(between + orjson.dumps(answers(live, part, sample))[1:-1])
            between = b","
    except JsonError as error:
        raise unreadable(error, 400) from None
    out.write(b"]}")
    return {"type": "application/json"}


def invalid_input(reason: str, field: str = "") -> Problem:
    return refused([mistake(field, f"Invalid input. {reason}", "")], 400)


def from_json(live: Live, body: bytes) -> Iterator[Any]:
    """The rows of a JSON body, as objects. Raises Problem (400), JsonError."""
    stream, forms = JsonStream.at(body, 0), 0
    expected = f"It must be a JSON object with exactly one of {', '.join(FORMS)}"
    if stream.sign() != "{":
        stream.value()
        stream.end()
        raise invalid_input(expected)
    for name in stream.members():
        if name not in FORMS:
            stream.value()
            continue
        forms += 1
        if forms > 1:
            raise invalid_input(expected)
        yield from _rows(live, name, stream, body)
    stream.end()
    if not forms:
        raise invalid_input(expected)


def _rows(live: Live, form: str, stream: JsonStream, body: bytes) -> Iterator[Any]:
    """The rows of one form, where the stream is."""
    sign = stream.sign()
    if form == "dataframe_split":
        return _split(live, stream, body)
    if sign == "[":
        return (_by_position(number, row, live.rows.names) for number, row in enumerate(stream.elements()))
    kind = type(stream.value()).__name__ if sign != "{" else "dict"
    if form == "dataframe_records":
        raise invalid_input(f"It must be a list of records, not {kind}", form)
    if sign != "{":
        raise invalid_input(f"It must be a list of rows, or an object of columns, not {kind}", form)
    return _transposed(stream, body)


def _split(live: Live, stream: JsonStream, body: bytes) -> Iterator[Any]:
    """Lists of cells under a list of names, which may come behind them."""
    form = "dataframe_split"
    if stream.sign() != "{":
        raise invalid_input(f"It must be an object, not {type(stream.value()).__name__}", form)
    names: list[Any] | None = None
    data, begun = 0, False
    for name in stream.members():
        if name not in ("columns", "data", "index"):
            raise invalid_input("It must have data, and may have columns and index", form)
        if name == "columns":
            names = _names(stream.value(), live)
        elif stream.sign() != "[":
            raise invalid_input(f"It must be a list, not {type(stream.value()).__name__}", f"{form}.{name}")
        elif name == "index":
            stream.length(f"{form}.index")
        elif names is not None:
            begun = True
            yield from _named(names, stream)
        else:
            data = stream.tell()
            stream.skip()
    if data:
        yield from _named(names or live.rows.names, JsonStream.at(body, data))
    elif not begun:
        raise invalid_input("It must have data, and may have columns and index", form)


def _names(columns: Any, live: Live) -> list[str]:
    """The names of the columns; those of the contract if there are none. Raises Problem."""
    if not columns:
        return live.rows.names
    if not isinstance(columns, list):
        kind = type(columns).__name__
        raise invalid_input(f"It must be a list of names, not {kind}", "dataframe_split.columns")
    names = list(map(str, columns))
    allowed = {*live.rows.names, *live.rows.aside}
    check_header(names, live.rows, TargetColumn(live.answers.target, "refuse"), allowed)
    return names


def _named(names: list[str], stream: JsonStream) -> Iterator[Any]:
    return (_by_position(number, row, names, lists=True) for number, row in enumerate(stream.elements()))


def _by_position(number: int, row: Any, names: list[str], lists: bool = False) -> Any:
    """A list of cells as a row. Raises Problem (400) where it is not as long as the columns are many."""
    if isinstance(row, JsonError):
        return as_row(row)
    if isinstance(row, list) and len(row) == len(names):
        return dict(zip(names, row, strict=True))
    if isinstance(row, list) or lists:
        raise invalid_input(f"It must be a list of {len(names)} cells", f"Row {number}")
    return row


def _transposed(stream: JsonStream, body: bytes) -> Iterator[Any]:
    """Columns as rows; cells that are no lists are one row. Raises Problem (400)."""
    columns: dict[str, int] = {}
    cells: dict[str, Any] = {}
    lengths: dict[str, int] = {}
    for name in stream.members():
        if stream.sign() == "[":
            columns[name] = stream.tell()
            lengths[name] = stream.length(name)
        else:
            cells[name] = stream.value()
    if not columns:
        return iter([cells])
    first = next(iter(columns))
    if cells:
        raise invalid_input("It is a list, which the other columns are not", first)
    for name, length in lengths.items():
        if length != lengths[first]:
            raise invalid_input(f"It must have {lengths[first]} cells, as {shown(first)} has, not {length}", name)
    return rows_of({name: JsonStream.at(body, at) for name, at in columns.items()})
