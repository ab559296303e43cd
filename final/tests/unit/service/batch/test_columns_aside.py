"""The columns of the split's group and of the weight may be in a batch, and are neither used nor asked for."""

import json
from io import BytesIO
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from core.spec.request import json_schema
from service.batch import arrow, mlflow, v2
from service.batch.arrow import arrow_blocks
from service.batch.csv_blocks import csv_blocks
from service.batch.read import json_blocks, line_blocks
from service.batch.sample import Sample
from service.batch.target import TargetColumn
from service.model.live import Live
from service.model.rows import Rows
from service.model.serving import Serving
from tests.support.blocks import rows_in
from tests.support.small_products import declared, linear_model

CONTRACT = declared(split={"group": "who"}, weight="w").contract
TARGET = TargetColumn(CONTRACT.target, "refuse")
ROW: dict[str, Any] = {"size": 1.5, "shape": "round"}


def as_arrow(row: dict[str, Any]) -> bytes:
    out = BytesIO()
    batch = pa.RecordBatch.from_pylist([row])
    with pa.ipc.new_stream(out, batch.schema) as stream:
        stream.write_batch(batch)
    return out.getvalue()


BODIES = {
    "csv": (csv_blocks, b"who,size,w,shape\nnew,1.5,-1,round\n"),
    "csv with one": (csv_blocks, b"w,size,shape\nnone,1.5,round\n"),
    "csv without it": (csv_blocks, b"size,shape\n1.5,round\n"),
    "json": (json_blocks, json.dumps([{**ROW, "who": "new", "w": None}]).encode()),
    "json lines": (line_blocks, json.dumps({**ROW, "w": 2}).encode()),
    "arrow": (arrow_blocks, as_arrow({**ROW, "who": "new", "w": 2.0})),
}


@pytest.mark.parametrize("form", BODIES)
def test_a_batch_may_have_them(form: str) -> None:
    read, body = BODIES[form]
    rows = Rows(CONTRACT)
    ((_, value, _),) = rows_in(read, body, rows, TARGET)
    assert rows.one_or_error(value).model_dump(by_alias=True) == ROW  # type: ignore[union-attr]


def test_long_rows_may_have_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "MOST_OF_A_BLOCK", 0)
    test_a_batch_may_have_them("arrow")


def test_the_contract_does_not_ask_for_them() -> None:
    assert json_schema(CONTRACT, "Shop")["properties"].keys() == ROW.keys()


def test_a_row_alone_may_have_them() -> None:
    assert Rows(CONTRACT).read(json.dumps({**ROW, "w": 2}).encode()).model_dump(by_alias=True) == ROW


MODEL = linear_model(declared(), {"size": [1.0]}, [0.0])
LIVE = Live(Serving("shop", "Shop", "", CONTRACT, version="5" * 64, model=MODEL))
COLUMNS: dict[str, list[Any]] = {"w": [2.0], "size": [1.5], "shape": ["round"]}
DATATYPES = {"w": "FP64", "size": "FP64", "shape": "BYTES"}


def answered(run: Any, body: Any) -> Any:
    out = BytesIO()
    order = {"type": "application/json", "header": None, "most": 9}
    run(LIVE, order, BytesIO(json.dumps(body).encode()), out, Sample())
    return json.loads(out.getvalue())


@pytest.mark.parametrize("form", ["dataframe_split", "dataframe_records", "inputs"])
def test_mlflows_protocol_takes_them(form: str) -> None:
    names, cells = list(COLUMNS), [values[0] for values in COLUMNS.values()]
    bodies: dict[str, Any] = {
        "dataframe_split": {"columns": names, "data": [cells]},
        "dataframe_records": [dict(zip(names, cells, strict=True))],
        "inputs": COLUMNS,
    }
    assert len(answered(mlflow.run, {form: bodies[form]})["predictions"]) == 1


def test_the_v2_protocol_takes_them() -> None:
    inputs = [
        {"name": name, "shape": [1], "datatype": DATATYPES[name], "data": values} for name, values in COLUMNS.items()
    ]
    assert answered(v2.run, {"inputs": inputs})["outputs"][0]["name"] == "prediction"
    assert "w" not in {described["name"] for described in v2.metadata(LIVE)["inputs"]}


def test_another_column_is_unknown() -> None:
    assert isinstance(Rows(CONTRACT).one_or_error({**ROW, "whom": "new"}), ValidationError)
