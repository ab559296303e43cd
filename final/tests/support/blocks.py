"""The rows of a body, block by block, as the contract's model takes them."""

import io
from typing import Any

import numpy as np
import pyarrow as pa

from service.batch.score import Reader
from service.batch.target import TargetColumn
from service.model import rows as model_rows


def rows_in(read: Reader, body: bytes, rows: model_rows.Rows, target: TargetColumn) -> list[tuple[Any, Any, Any]]:
    """Id, what is to be validated, and the target of each row."""
    found: list[tuple[Any, Any, Any]] = []
    for block in read(io.BytesIO(body), rows, target):
        count = len(block)
        values = block.objects(rows, np.arange(count))
        found += zip(_listed(block.keys, count), values, _listed(block.actual, count), strict=True)
    return found


def _listed(column: Any, count: int) -> list[Any]:
    if column is None:
        return [None] * count
    return list(column.to_pylist() if isinstance(column, pa.Array) else column)
