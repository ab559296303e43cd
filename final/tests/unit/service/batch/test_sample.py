"""What of a job's rows goes into the prediction log: an even sample, with the answers that the client had."""

import io
import json
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest

from service.batch.block import Answered, Rows, Table
from service.batch.jobs import JOBS
from service.batch.sample import LONGEST, Sample
from service.model.cells import TOO_MUCH_TEXT
from service.problems import Problem
from tests.support.odd_bodies import DATATYPES, ROW
from tests.support.small_live import small_live

WRONG = {**ROW, "kind": "no such kind"}


def begun(most: int = 500, unlogged: tuple[str, ...] = ()) -> Sample:
    sample = Sample()
    sample.begin({"most": most, "request": "r", "unlogged": list(unlogged)})
    return sample


def logged(sample: Sample) -> list[dict[str, Any]]:
    stream = sample.stream(small_live())
    rows: list[dict[str, Any]] = pa.ipc.open_stream(stream).read_all().to_pylist() if stream else []
    return sorted(rows, key=lambda row: int(row["request_id"].partition("/")[2]))


def do(job: str, body: Any, sample: Sample, **order: Any) -> Any:
    """The job's answer."""
    out, content = io.BytesIO(), body if isinstance(body, bytes) else orjson.dumps(body)
    JOBS[job](small_live(), {"most": 10_000, **order}, io.BytesIO(content), out, sample)
    return json.loads(out.getvalue())


def numbered(rows: int) -> list[dict[str, Any]]:
    return [{**ROW, "count": number} for number in range(rows)]


def test_a_batchs_good_rows_are_logged_with_their_answers() -> None:
    sample, rows = begun(), numbered(4)
    rows[1] = WRONG
    answers = do("batch", rows, sample, form="application/json", target="refuse")["predictions"]
    assert sample.answered == 3
    assert [row["request_id"] for row in logged(sample)] == ["r/0", "r/2", "r/3"]
    assert [row["row_count"] for row in logged(sample)] == [0, 2, 3]
    assert [json.loads(row["answer"]) for row in logged(sample)] == [answers[0], *answers[2:]]
    assert {row["model"] for row in logged(sample)} == {small_live().version}


@pytest.mark.parametrize(
    ("job", "order"), [("batch", {"form": "text/csv", "target": "refuse"}), ("mlflow", {"type": "text/csv"})]
)
def test_ids_of_a_table_are_logged(job: str, order: dict[str, str]) -> None:
    table = b"number,size,count,kind,flag,day,note\n" + b"".join(
        b"n%d,0.5,%d,a,true,2024-03-15,x\n" % (number, number) for number in range(3)
    )
    sample = begun()
    JOBS[job](small_live(), {"most": 9, **order}, io.BytesIO(table), io.BytesIO(), sample)
    assert [(row["id"], row["row_count"]) for row in logged(sample)] == [("n0", 0), ("n1", 1), ("n2", 2)]


def test_ids_of_an_arrow_stream_are_texts() -> None:
    sample, keys = begun(), pa.array([7, None, 9])
    cells = {name: pa.array([value] * 3) for name, value in ROW.items()}
    sample.add(small_live(), Table(cells, 3, keys=keys), Answered(np.full(3, 0.5), {}))
    assert [row["id"] for row in logged(sample)] == ["7", None, "9"]


def test_mlflows_rows_are_logged() -> None:
    sample = begun()
    answers = do("mlflow", {"dataframe_records": numbered(3)}, sample, type="application/json")["predictions"]
    assert [json.loads(row["answer"]) for row in logged(sample)] == answers
    assert [row["row_count"] for row in logged(sample)] == [0, 1, 2]


def test_rows_of_v2_are_logged() -> None:
    sample = begun()
    inputs = [
        {"name": name, "datatype": kind, "shape": [2], "data": [ROW[name], ROW[name]]}
        for name, kind in DATATYPES.items()
    ]
    outputs = {output["name"]: output["data"] for output in do("v2", {"inputs": inputs}, sample, header=0)["outputs"]}
    assert [json.loads(row["answer"])["probability"] for row in logged(sample)] == outputs["probability"]
    assert {row["row_day"] for row in logged(sample)} == {ROW["day"]}


def test_what_is_refused_or_explained_is_not_answered() -> None:
    sample = begun()
    with pytest.raises(Problem):
        do("mlflow", {"dataframe_records": [WRONG]}, sample, type="application/json")
    do("explain", [ROW], sample)
    assert sample.answered == 0
    assert logged(sample) == []


def test_nothing_is_drawn_without_a_log() -> None:
    sample = Sample()
    do("batch", numbered(3), sample, form="application/json", target="refuse")
    assert sample.answered == 0


def test_a_masked_column_is_not_sent() -> None:
    sample = begun(unlogged=("note",))
    do("batch", [ROW], sample, form="application/json", target="refuse")
    assert "row_note" not in logged(sample)[0]
    assert ROW["note"] not in str(logged(sample))


def test_each_row_of_a_long_batch_has_the_same_chance() -> None:
    draws, most, rows = 150, 5, numbered(50)
    times = np.zeros(50)
    for _ in range(draws):
        sample = begun(most)
        for block in (rows[:30], rows[30:31], rows[31:]):
            sample.add(small_live(), Rows(block, [None] * len(block)), Answered(np.full(len(block), 0.5), {}))
        assert sample.answered == 50
        drawn = [row["row_count"] for row in logged(sample)]
        assert len(set(drawn)) == most
        times[drawn] += 1
    expected = draws * most / 50
    # chi squared of 49 degrees of freedom: above 100 once in 50,000 runs
    assert ((times - expected) ** 2 / expected).sum() < 100


@pytest.mark.parametrize("form", ["objects", "columns"])
def test_very_long_rows_are_answered_and_not_logged(form: str) -> None:
    sample, long = begun(), {**ROW, "note": "x" * (LONGEST + 1)}
    for row in (long, ROW):
        table = Table({name: pa.array([value]) for name, value in row.items()}, 1)
        sample.add(small_live(), table if form == "columns" else Rows([row], [None]), Answered(np.full(1, 0.5), {}))
    assert sample.answered == 2
    assert [row["request_id"] for row in logged(sample)] == ["r/1"]


def test_a_block_that_cannot_be_logged_fails_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class NotTaken(Rows):
        def taken(self, places: np.ndarray) -> Rows:
            raise MemoryError

    class TooLong(Rows):
        def taken(self, places: np.ndarray) -> Rows:
            return self

        def objects(self, rows: Any, places: Any) -> list[Any]:
            raise TOO_MUCH_TEXT

    sample = begun()
    for kind in (NotTaken, TooLong, Rows):
        sample.add(small_live(), kind([ROW], [None]), Answered(np.array([0.5]), {}))
    assert [row["request_id"] for row in logged(sample)] == ["r/2"]
    assert [record.message for record in caplog.records] == ["rows of a batch could not be logged"] * 2
