"""Whatever is sent, in whatever protocol: an answer or a refusal in words, never a failure. Seeded, so that a body that
fails once fails again; `bash final/bench/bodies.sh` sends many more."""

import io
import json
import random
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from service.batch.process import answer
from service.batch.sample import Sample
from tests.support.odd_bodies import (
    ARROW,
    JSON,
    ROW,
    Body,
    arrow,
    arrow_streams,
    good,
    mutants,
    outcome,
    trees,
    with_other_bytes,
)
from tests.support.small_live import small_live

ROWS = [{**ROW, "count": number} for number in range(3)]


def test_every_good_body_is_answered() -> None:
    live = small_live()
    assert [outcome(live, body)[0] for body in good(ROWS)] == [200] * 16


def test_no_body_is_a_failure() -> None:
    live = small_live()
    statuses = Counter(outcome(live, body)[0] for body in mutants(200))
    assert statuses.keys() <= {200, 400, 413, 422}
    assert min(statuses[200], statuses[400], statuses[422]) > 10


def test_no_arrow_stream_is_a_failure() -> None:
    live, draw = small_live(), random.Random(0)
    streams = arrow_streams(ROWS)
    order = {"form": ARROW, "most": 100, "target": "refuse"}
    assert {outcome(live, Body("batch", order, stream))[0] for stream in streams} == {200}
    bodies = [Body("batch", order, with_other_bytes(draw.choice(streams), draw)) for _ in range(300)]
    assert {outcome(live, body)[0] for body in bodies} == {200, 422}


@pytest.mark.parametrize("column", [[[1]], [{"a": 1}], [b"x"]])
def test_an_arrow_column_that_is_no_cell_says_what_to_cast(column: list[Any]) -> None:
    order = {"form": ARROW, "most": 100, "target": "refuse"}
    status, detail = outcome(small_live(), Body("batch", order, arrow(pa.table({"size": column}))))
    assert status == 422
    assert detail.startswith("size: type ")
    assert "cast it to string or number" in detail


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        ('"\\ud83d"', "note"),
        ("[" * 20_000 + "]" * 20_000, "note"),
        ("9" * 5000, "count"),
        ("9" * 400, "count"),
        (str(2**63), "count"),
        ("NaN", "count"),
        ("Infinity", "size"),
    ],
)
def test_a_wrong_cell_is_named_on_every_path(cell: str, field: str) -> None:
    live = small_live()
    for job, order, tree in trees([{**ROW, field: "@"}] * 2):
        status, detail = outcome(live, Body(job, order, json.dumps(tree).replace('"@"', cell).encode()))
        if job == "batch":
            assert status == 200
            assert json.loads(detail)["invalid"] == 2
            assert json.loads(detail)["predictions"][0]["errors"][0]["field"] == field
        else:
            assert status in (400, 422)
            assert field in detail.partition(":")[0], (job, detail)


def test_a_name_that_is_there_twice_is_refused_on_every_path() -> None:
    live = small_live()
    twice = json.dumps(ROW)[:-1] + ', "size": 1}'
    tensor = '{"name": "size", "datatype": "FP64", "shape": [1], "data": [1]}'
    mlflow, asked = {"type": JSON, "most": 9}, {"most": 9}
    for job, order, text in (
        ("predict", {}, twice),
        ("explain", asked, twice),
        ("explain", asked, f"[{twice}]"),
        ("mlflow", mlflow, f'{{"instances": [{twice}]}}'),
        ("mlflow", mlflow, '{"inputs": {"size": [1], "size": [1]}}'),
        ("mlflow", mlflow, '{"dataframe_split": {"columns": ["size", "size"], "data": [[1, 2]]}}'),
        ("v2", {"header": 0, **asked}, f'{{"inputs": [{tensor}, {tensor}]}}'),
        ("v2", {"header": 0, **asked}, f'{{"inputs": [{tensor[:-1]}, "data": [2]}}]}}'),
    ):
        status, detail = outcome(live, Body(job, order, text.encode()))
        assert status in (400, 422), text
        assert "is there twice" in detail, (text, detail)
    order = {"form": JSON, "most": 9, "target": "refuse"}
    answered = json.loads(outcome(live, Body("batch", order, f"[{twice}, {json.dumps(ROW)}]".encode()))[1])
    assert answered["predictions"][0]["errors"] == [{"field": "size", "reason": "is there twice", "got": "object"}]
    assert "prediction" in answered["predictions"][1]


@pytest.mark.parametrize(
    ("job", "body"),
    [
        ("explain", [{}] * 3000),
        ("mlflow", {"instances": [{}] * 3000}),
        ("v2", {"inputs": [{"name": "size", "datatype": "FP64", "shape": [3000], "data": [1] * 3000}]}),
    ],
)
def test_of_many_wrong_rows_the_first_mistakes_are_named(job: str, body: Any) -> None:
    asked = {"job": job, "type": JSON, "header": 0, "most": 9999}
    text = io.BytesIO(f"{json.dumps(asked)}\n{json.dumps(body)}".encode())
    reply = answer(small_live(), text, io.BytesIO(), Sample())
    assert reply is not None
    assert (reply["status"], len(reply["errors"])) == (422, 100)
    assert reply["detail"] == "0.count: required field is missing (and 99 more)"


def test_a_disk_without_room_for_an_answer_says_so(caplog: pytest.LogCaptureFixture) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    asked = {"job": "batch", "form": JSON, "most": 9, "target": "refuse"}
    body = io.BytesIO(json.dumps(asked).encode() + b"\n" + json.dumps(ROWS).encode())
    reply = answer(small_live(), body, Full(), Sample())
    assert reply is not None
    assert (reply["status"], "has no room for the answer" in reply["detail"]) == (503, True)
    assert "no room for an answer in" in caplog.text
    assert "No space left on device" in caplog.text
