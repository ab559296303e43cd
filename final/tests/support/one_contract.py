"""A product with a column of every type, and what its model sees of rows that come as a table or as requests."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from core.features.maker import FeatureMaker
from core.spec.product import Product
from core.spec.request import request_model
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


def as_seen(product: Product, columns: dict[str, list[Any]] | pd.DataFrame) -> list[Any]:
    """What the model sees; NaN as None so that it equals itself."""
    made = FeatureMaker(product.contract)(columns)
    return [[None if value != value else value for value in column] for column in made.values()]


def assert_the_same_both_ways(rows: list[dict[str, Any]], path: Path) -> None:
    """To the model these rows are the same as requests and as lines of the table at `path`, and nothing is wrong."""
    model = request_model(PRODUCT.contract)
    requests = [model.model_validate_json(json.dumps(row)) for row in rows]
    online = {name: [getattr(r, f"f{i}") for r in requests] for i, name in enumerate(PRODUCT.contract.features)}
    pd.DataFrame([{**row, "y": "no"} for row in rows], dtype=object).to_csv(path, index=False)
    read, findings = typed.read(path, PRODUCT)
    assert [*findings, *check(read, PRODUCT)] == []
    assert as_seen(PRODUCT, online) == as_seen(PRODUCT, read)
