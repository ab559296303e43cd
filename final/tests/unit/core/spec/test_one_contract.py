"""One contract, all uses: a valid line of a table is a valid request, and the same to the model; a bad one neither."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from core.base.paths import FINAL
from core.spec.request import request_model
from core.spec.yaml_file import load
from core.table import typed
from core.table.validation import check
from tests.support.one_contract import PRODUCT, assert_the_same_both_ways

ROW = {"a number": 1, "whole": 1, "class": "a", "code": 1, "flag": True, "text": "t", "day": "2024-02-29"}
ROWS: list[dict[str, Any]] = [
    ROW,
    {**ROW, **dict.fromkeys(["a number", "class", "flag", "text", "day"])},
    {**ROW, "a number": -0.1, "whole": -5, "class": "b c", "code": 3, "flag": False, "text": "NA", "day": "0001-01-01"},
    {**ROW, "a number": 1e-7, "whole": 10_000, "class": "1", "code": 2, "text": ' "x", \u00e9 ', "day": "9999-12-31"},
    {**ROW, "a number": -1000.0, "text": "x" * 50},
]


def test_a_row_of_a_table_and_a_request_are_the_same_to_the_model(tmp_path: Path) -> None:
    """Whatever the row: tests/pipeline/test_one_contract.py."""
    assert_the_same_both_ways(ROWS, tmp_path / "any.csv")


BAD: list[tuple[str, Any]] = [
    ("a number", 1001),
    ("a number", -1001),
    ("a number", "three"),
    ("whole", 1.5),
    ("whole", 10_001),
    ("whole", "x"),
    ("class", "d"),
    ("class", "A"),
    ("code", 4),
    ("code", "one"),
    ("flag", "maybe"),
    ("flag", 7),
    ("text", "x" * 51),
    ("day", "2024-02-30"),
    ("day", "today"),
    ("day", 86_400),
]


@pytest.mark.parametrize(("column", "value"), BAD)
def test_what_a_table_may_not_hold_a_request_may_not_either(tmp_path: Path, column: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        request_model(PRODUCT.contract).model_validate_json(json.dumps({**ROW, column: value}))
    pd.DataFrame([{**ROW, column: value, "y": "no"}]).to_csv(tmp_path / "any.csv", index=False)
    read, findings = typed.read(tmp_path / "any.csv", PRODUCT)
    assert [finding.column for finding in [*findings, *check(read, PRODUCT)]] == [column]


def test_the_examples_of_every_product_keep_its_contract() -> None:
    for file in FINAL.glob("products/*/product.yaml"):
        product = load(str(file))
        model = request_model(product.contract)
        for example in model.model_json_schema()["examples"]:
            made = model.model_validate_json(json.dumps(example))
            assert not any(isinstance(v, float) and math.isnan(v) for v in made.model_dump().values())
