"""One contract, all uses: a valid line of a table is a valid request, and the same to the model; a bad one neither."""

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.base.paths import FINAL
from core.features.maker import FeatureMaker
from core.spec.columns import Boolean, Category, Date, Feature, Integer, Number
from core.spec.product import Product
from core.spec.request import request_model
from core.spec.yaml_file import load
from core.table import typed
from core.table.validation import check

BASE: dict[str, Any] = {
    "name": "any",
    "title": "Every type of column",
    "description": "For the tests",
    "source": {"path": "any.csv"},
    "target": {"name": "y", "task": "binary", "values": ["no", "yes"], "positive": "yes"},
    "features": {
        "a number": {"type": "number", "min": -1000, "max": 1000, "nullable": True},
        "whole": {"type": "integer", "min": -5, "max": 10_000},
        "class": {"type": "category", "values": ["a", "b c", "1"], "nullable": True},
        "code": {"type": "category", "values": [1, 2, 3]},
        "flag": {"type": "boolean", "nullable": True},
        "text": {"type": "text", "nullable": True, "max_length": 50},
        "day": {"type": "date", "nullable": True},
    },
    "derived": {
        "sum": {"sum": ["a number", "whole"], "plus": 1},
        "both": {"join": ["class", "whole"]},
        "first": {"extract": "text", "pattern": "(\\w)"},
    },
    "gates": {"floor": 0.5},
}
PRODUCT = Product.model_validate(BASE)


def values(feature: Feature) -> st.SearchStrategy[Any]:
    """Valid JSON values of a feature. Text has no line ends, which a CSV cell may not keep, and is not empty."""
    match feature:
        case Number():
            some: st.SearchStrategy[Any] = st.floats(feature.min, feature.max)
        case Integer():
            some = st.integers(feature.min, feature.max)
        case Category():
            some = st.sampled_from(feature.values)
        case Boolean():
            some = st.booleans()
        case Date():
            some = st.dates().map(lambda day: day.isoformat())
        case _:
            some = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=50)
    return st.one_of(st.none(), some) if feature.nullable else some


ROWS = st.fixed_dictionaries({name: values(feature) for name, feature in PRODUCT.contract.features.items()})


def as_seen(product: Product, columns: dict[str, list[Any]] | pd.DataFrame) -> list[Any]:
    """What the model sees; NaN as None so that it equals itself."""
    made = FeatureMaker(product.contract)(columns)
    return [[None if value != value else value for value in column] for column in made.values()]


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=5))
def test_a_row_of_a_table_and_a_request_are_the_same_to_the_model(rows: list[dict[str, Any]]) -> None:
    model = request_model(PRODUCT.contract)
    requests = [model.model_validate_json(json.dumps(row)) for row in rows]
    online = {name: [getattr(r, f"f{i}") for r in requests] for i, name in enumerate(PRODUCT.contract.features)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        pd.DataFrame([{**row, "y": "no"} for row in rows], dtype=object).to_csv(path, index=False)
        read, findings = typed.read(path, PRODUCT)
    assert [*findings, *check(read, PRODUCT)] == []
    assert as_seen(PRODUCT, online) == as_seen(PRODUCT, read)


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
    row = {"a number": 1, "whole": 1, "class": "a", "code": 1, "flag": True, "text": "t", "day": "2024-02-29"}
    with pytest.raises(ValidationError):
        request_model(PRODUCT.contract).model_validate_json(json.dumps({**row, column: value}))
    pd.DataFrame([{**row, column: value, "y": "no"}]).to_csv(tmp_path / "any.csv", index=False)
    read, findings = typed.read(tmp_path / "any.csv", PRODUCT)
    assert [finding.column for finding in [*findings, *check(read, PRODUCT)]] == [column]


def test_the_examples_of_every_product_keep_its_contract() -> None:
    for file in FINAL.glob("products/*/product.yaml"):
        product = load(str(file))
        model = request_model(product.contract)
        for example in model.model_json_schema()["examples"]:
            made = model.model_validate_json(json.dumps(example))
            assert not any(isinstance(v, float) and math.isnan(v) for v in made.model_dump().values())
