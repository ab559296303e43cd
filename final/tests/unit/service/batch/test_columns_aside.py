"""The column that kept rows together in the split may be in a batch, and is neither used nor asked for."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from core.spec.request import json_schema
from service.batch.csv_blocks import csv_blocks
from service.batch.read import json_blocks
from service.batch.target import TargetColumn
from service.model.rows import Rows
from tests.support.blocks import rows_in
from tests.support.small_products import declared

CONTRACT = declared(split={"group": "who"}).contract
TARGET = TargetColumn(CONTRACT.target, "refuse")
ROW: dict[str, Any] = {"size": 1.5, "shape": "round"}
BODIES = {
    "csv": (csv_blocks, b"who,size,shape\nnew,1.5,round\n"),
    "csv without it": (csv_blocks, b"size,shape\n1.5,round\n"),
    "json": (json_blocks, json.dumps([{**ROW, "who": "new"}]).encode()),
}


@pytest.mark.parametrize("form", BODIES)
def test_a_batch_may_have_the_group(form: str) -> None:
    read, body = BODIES[form]
    rows = Rows(CONTRACT)
    ((_, value, _),) = rows_in(read, body, rows, TARGET)
    assert rows.one_or_error(value).model_dump(by_alias=True) == ROW  # type: ignore[union-attr]


def test_the_contract_does_not_ask_for_it() -> None:
    assert "who" not in json_schema(CONTRACT, "Shop")["properties"]


def test_another_column_is_unknown() -> None:
    assert isinstance(Rows(CONTRACT).one_or_error({**ROW, "whom": "new"}), ValidationError)
