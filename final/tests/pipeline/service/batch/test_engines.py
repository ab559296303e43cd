"""The engine of columns answers every body as the engine of rows did: the same bytes, counts, metrics and refusals."""

import csv
import io
import json
import random
from collections.abc import Iterator
from functools import partial
from typing import Any, get_args

import pyarrow as pa
import pytest

from core.spec.columns import Boolean, Category, Date, Integer, Number
from service.batch import block, csv_lines
from service.batch import score as batch
from service.batch.jobs import JOBS
from service.batch.sample import Sample
from service.batch.target import Policy, TargetColumn
from service.batch.v2 import datatype
from service.model.live import Live
from service.problems import Problem
from tests.support import row_by_row
from tests.support.any_rows import CELLS, TEXTS, contracts, live_of, rows_of

NAMES = list(contracts())
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    2.0,
    2.5,
    -1e9,
    float("inf"),
    2**53 + 1,
    2**70,
    "2",
    "x",
    [],
    {},
    *CELLS[:20],
)


def outcomes(live: Live, form: str, body: bytes, policy: Policy) -> list[Any]:
    """What both engines make of a body: now, and as it was."""
    outcome_of_each: list[Any] = []
    answering = partial(map, partial(block.answered, live))
    for engine in ("columns", "rows"):
        out, target = io.BytesIO(), TargetColumn(live.answers.target, policy)
        try:
            if engine == "columns":
                counts = batch.score(live, form, io.BytesIO(body), out, answering, target)
                compared = (target._rows, repr(target._sum))
            else:
                rows, invalid, (number, total) = row_by_row.score(live, form, io.BytesIO(body), out, target)
                counts, compared = (rows, invalid), (number, repr(float(total)))
            answer = pa.ipc.open_stream(out.getvalue()).read_all() if form == batch.ARROW else out.getvalue()
            outcome_of_each.append((counts, compared if policy != "refuse" else None, answer))
        except Problem as problem:
            outcome_of_each.append((problem.status, problem.detail, problem.errors))
    return outcome_of_each


def same(live: Live, form: str, body: bytes, policy: Policy = "compare") -> Any:
    now, then = outcomes(live, form, body, policy)
    assert now == then
    return now


def texts(live: Live, draw: random.Random, rows: list[dict[str, Any]], odd: float) -> tuple[list[str], list[list[str]]]:
    """Header and cells of a CSV, a share of the cells odd; with id, target, group and a column left out."""
    contract = live.rows.contract
    form = live.rows.reading
    names = [name for name, feature in contract.features.items() if not feature.nullable or draw.random() < 0.9]
    extra = [name for name in (contract.id, contract.target.name, *contract.aside, *live.rows.ignored) if name]
    header = [*names, *(name for name in extra if draw.random() < 0.8)]
    draw.shuffle(header)
    targets: list[str] = ["", "1", "1.0", "x", *map(str, contract.target.values)]

    def cell(row: dict[str, Any], name: str) -> str:
        if name == contract.target.name:
            return draw.choice(targets)
        if name not in row:
            keys: tuple[str, ...] = ("7", "id-1", *(TEXTS if draw.random() < odd else ()))
            return draw.choice(keys)
        if draw.random() < odd:
            return draw.choice(CELLS)
        value = row[name]
        if isinstance(value, float) and not form.has_plain_numbers:
            return f"{value:,.3f}".translate(str.maketrans(",.", ".,"))
        return "" if value is None else str(value)

    return header, [[cell(row, name) for name in header] for row in rows]


def csv_body(live: Live, draw: random.Random, header: list[str], cells: list[list[str]], ragged: float) -> bytes:
    text = io.StringIO(newline="")
    quoting: Any = draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    ends = draw.choice(["\n", "\n", "\r\n"])
    delimiter = draw.choice([live.rows.reading.delimiter, ","])
    table = csv.writer(text, quoting=quoting, lineterminator=ends, delimiter=delimiter)
    table.writerow(header)
    for row in cells:
        if draw.random() < ragged:
            row = draw.choice([row[:-1], [*row, "more"], []])
        table.writerow(row)
    content = text.getvalue()
    encoding = live.rows.reading.encoding if delimiter != "," else "utf-8"
    return content.encode(encoding, "replace" if encoding != "utf-8" else "strict")


@pytest.fixture(params=[300, 2**20], ids=["small blocks", "large blocks"])
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_lines, "BYTES", request.param)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("odd", "ragged"), [(0, 0), (0.003, 0.003), (0.2, 0.05)])
@pytest.mark.usefixtures("blocks")
def test_csv(name: str, odd: float, ragged: float) -> None:
    live = live_of(name)
    for seed in range(3):
        draw = random.Random(seed)
        header, cells = texts(live, draw, rows_of(live.rows.contract, 150, draw), odd)
        body = csv_body(live, draw, header, cells, ragged)
        for form in (batch.CSV, batch.SAFE_CSV):
            same(live, form, body, draw.choice(get_args(Policy)))
        if not odd and live.rows.reading.is_usual:
            (rows, invalid), *_ = same(live, batch.CSV, body)
            assert rows == 150
            assert not invalid


@pytest.mark.parametrize("name", ["titanic", "drafted", "drafted, as written"])
@pytest.mark.usefixtures("blocks")
def test_csv_with_changed_bytes(name: str) -> None:
    live, draw = live_of(name), random.Random(1)
    for _ in range(40):
        header, cells = texts(live, draw, rows_of(live.rows.contract, 20, draw), 0.01)
        body = bytearray(csv_body(live, draw, header, cells, 0))
        for _ in range(draw.randint(1, 3)):
            at = draw.randrange(len(body))
            body[at : at + draw.randint(0, 1)] = draw.choice(
                [b'"', b'""', b",", b"\n", b"\r", b"\n\n", b"\0", b";", b""]
            )
        same(live, batch.CSV, bytes(body))


HOSTILE = {
    "empty": b"",
    "a mark only": b"\xef\xbb\xbf",
    "no rows": b"Age\n",
    "blank lines": b"\n\nAge\n",
    "blank rows": b"PassengerId,Age\n\n1,2\n\n\n3,4\n",
    "old Mac": b"PassengerId,Age\r1,2\r3,4",
    "an open quote": b'PassengerId,Name\n1,a\n2,"b\n3,c\n',
    "a quote inside": b'PassengerId,Name\n1,5" pipe\n2,"b"\n',
    "letters after a quote": b'PassengerId,Name\n1,"a"b\n2,c\n',
    "quotes around nothing": b'PassengerId,Name\n1,""\n"",""""\n',
    "quoted header": b'"PassengerId","Na""me"\n1,2\n',
    "a cell of two lines": b'PassengerId,Name\n1,"a\nb"\n2,"c\r\nd"\n3\n',
    "a long cell": b"PassengerId,Name\n1," + b"x" * 140_000 + b"\n",
    "a long line": b"PassengerId,Name\n1," + b"x" * 1_100_000 + b"\n",
    "no end of line": b"PassengerId,Name\n1,a",
    "spaces": b"PassengerId, Name\n 1 , a \n",
    "a column twice": b"Age,Age\n1,2\n",
    "unknown": b"age\n1\n",
    "semicolons": b"PassengerId;Name\n1;a\n",
    "letters of two bytes cut": "PassengerId,Name\n1,é\n".encode()[:-2],
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.usefixtures("blocks")
def test_hostile_csv(body: bytes) -> None:
    same(live_of("titanic"), batch.CSV, body)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", [batch.JSON, batch.NDJSON])
def test_json(name: str, form: str) -> None:
    live, draw = live_of(name), random.Random(0)
    rows = rows_of(live.rows.contract, 600, draw)
    for row in rows[300:]:
        for cell in row:
            if draw.random() < 0.05:
                row[cell] = draw.choice(ODD_VALUES)
        row[live.rows.contract.target.name] = draw.choice([0, "1", None])
    lines = [json.dumps(row) for row in rows]
    lines[5:5] = ["[]", "3"] if form == batch.JSON else ["[]", "{", '{"a":1,"a":2}']
    body = f"[{','.join(lines)}]" if form == batch.JSON else "\n".join(lines)
    same(live, form, body.encode())


def arrow_columns(live: Live, draw: random.Random, rows: list[dict[str, Any]], odd: float) -> dict[str, pa.Array]:
    """Each column in one of the types that its feature may come in, or in any other if it is odd."""
    columns = {}
    for name, feature in live.rows.contract.features.items():
        values = [row[name] for row in rows]
        cells = ["" if value is None else str(value) for value in values]
        kinds = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
        column = pa.array(cells).cast(draw.choice(kinds))
        numbers = [pa.float64(), pa.float32(), *([] if isinstance(feature, Number) else [pa.int64(), pa.int16()])]
        if isinstance(feature, Number | Integer):
            column = pa.array(values, pa.float64()).cast(draw.choice(numbers), safe=False)
        elif isinstance(feature, Category) and all(type(value) is int for value in feature.values):
            column = pa.array(values, pa.int64()).cast(draw.choice([pa.int8(), pa.float64(), pa.string()]))
        elif isinstance(feature, Boolean) and draw.random() < 0.5:
            column = pa.array(values, pa.bool_())
        elif isinstance(feature, Date):
            column = pa.array(cells).cast(pa.string())
            if not any(cell == "" for cell in cells) and draw.random() < 0.7:
                kind = draw.choice([pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("ms", "UTC")])
                column = pa.array(cells).cast(pa.timestamp("s")).cast(kind)
        if draw.random() < odd:
            column = draw.choice(
                [
                    pa.nulls(len(rows)),
                    pa.array([draw.choice([0.5, -0.0, None, float("nan"), float("inf"), 2.0**60]) for _ in rows]),
                    pa.array([draw.choice([1, 0, None, 2**62, -5]) for _ in rows]),
                    pa.array([draw.choice([1, 2**64 - 1]) for _ in rows], pa.uint64()),
                    pa.array([draw.choice([*CELLS, None]) for _ in rows]),
                    pa.array([draw.choice([True, None]) for _ in rows]),
                    pa.array([draw.choice([1.0, 2.5, None]) for _ in rows], pa.float16()),
                    pa.array([draw.choice([0, 2**62, None]) for _ in rows], pa.timestamp("us", "Mars/Olympus")),
                    pa.DictionaryArray.from_arrays(
                        pa.array([draw.choice([0, 1, 2, None]) for _ in rows], pa.int8()), pa.array(["a", None, "a"])
                    ),
                ]
            )
        columns[name] = column
    contract = live.rows.contract
    if contract.id:
        columns[contract.id] = draw.choice(
            [pa.array(range(len(rows))), pa.array([*"ab", None] * len(rows))[: len(rows)]]
        )
    targets = pa.array([draw.choice([None, 1, 0]) for _ in rows])
    columns[contract.target.name] = draw.choice([targets, targets.cast(pa.string()), targets.cast(pa.float64())])
    return columns


def ipc(columns: dict[str, pa.Array], rows: int) -> bytes:
    out, table = io.BytesIO(), pa.table(columns)
    with pa.ipc.new_stream(out, table.schema) as stream:
        for part in _parts(table, rows):
            stream.write_batch(part)
    return out.getvalue()


def _parts(table: pa.Table, rows: int) -> Iterator[pa.RecordBatch]:
    return iter(table.to_batches(max_chunksize=rows))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("odd", [0, 0.1, 0.6])
def test_arrow(name: str, odd: float, monkeypatch: pytest.MonkeyPatch) -> None:
    live = live_of(name)
    for seed in range(5):
        draw = random.Random(seed)
        columns = arrow_columns(live, draw, rows_of(live.rows.contract, 150, draw), odd)
        same(live, batch.ARROW, ipc(columns, draw.choice([40, 1000])), draw.choice(["ignore", "compare"]))


@pytest.mark.parametrize("estimator", ["catboost", "linear", "blend"])
def test_every_estimator_predicts_the_same_by_column(estimator: str) -> None:
    """Of 3,000 rows, so that CatBoost takes them as a table."""
    live, draw = live_of("drafted", estimator), random.Random(0)
    header, cells = texts(live, draw, rows_of(live.rows.contract, 3000, draw), 0)
    (rows, invalid), *_ = same(live, batch.CSV, csv_body(live, draw, header, cells, 0))
    assert (rows, invalid) == (3000, 0)


def protocol_bodies(live: Live, draw: random.Random, odd: float) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Job, order and JSON body of each protocol that takes rows as JSON; a share of the cells is odd."""
    features = live.rows.contract.features
    rows = [
        {name: draw.choice(ODD_VALUES) if draw.random() < odd else value for name, value in row.items()}
        for row in rows_of(live.rows.contract, 300, draw)
    ]
    cells = [list(row.values()) for row in rows]
    plain = [[None if isinstance(cell, list | dict) else cell for cell in row] for row in cells]
    mlflow = {"most": 1000, "type": "application/json"}
    yield "explain", {"most": 1000}, rows
    yield "mlflow", mlflow, {"dataframe_records": [*rows, [1, 2]] if odd else rows}
    yield "mlflow", mlflow, {"dataframe_split": {"columns": list(features), "data": cells}}
    yield "mlflow", mlflow, {"inputs": dict(zip(features, zip(*plain, strict=True), strict=True))}
    tensors = [
        {"name": name, "datatype": datatype(feature), "shape": [len(plain)], "data": list(column)}
        for (name, feature), column in zip(features.items(), zip(*plain, strict=True), strict=True)
    ]
    yield "v2", {"most": 1000, "header": None}, {"inputs": tensors}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("odd", [0, 0.001, 0.1])
def test_protocols_check_many_rows_by_column_as_a_few_one_by_one(
    name: str, odd: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = live_of(name)
    for job, order, content in protocol_bodies(live, random.Random(0), odd):
        body, results = json.dumps(content).encode(), list[Any]()
        for few in (0, 10**9):
            monkeypatch.setattr(block, "FEW", few)
            out = io.BytesIO()
            try:
                results.append((JOBS[job](live, order, io.BytesIO(body), out, Sample()), out.getvalue()))
            except Problem as problem:
                results.append((problem.status, problem.detail, problem.errors))
        assert results[0] == results[1], job
        assert odd or "type" in results[0][0], f"{job}: good rows are answered"
