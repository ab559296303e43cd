"""The columns of the log: time, request, model, answer and id, and those of the contract as `row_<name>`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from core.base.prediction_log import ANSWER, ID, MODEL, PREFIX, REQUEST, TIME
from core.spec.columns import Boolean, Category, Feature, Integer, Number


class Entry(NamedTuple):
    """One answered row. `values` are in the contract's order, `time` is in seconds since 1970."""

    time: float
    request_id: bytes
    values: tuple[Any, ...]
    answer: dict[str, Any]
    id: str | None = None


def arrow_type(feature: Feature) -> pa.DataType:
    """The type of a column in the log; days and times are texts, as the contract writes them."""
    match feature:
        case Number():
            return pa.float64()
        case Integer():
            return pa.int64()
        case Boolean():
            return pa.bool_()
        case Category() if all(type(value) is int for value in feature.values):
            return pa.int64()
    return pa.string()


class LogColumns:
    """Makes record batches of entries of one model; columns in `unlogged` are left out."""

    def __init__(self, features: Mapping[str, Feature], model: str, unlogged: Collection[str] = ()) -> None:
        self._model = model
        self._places = [place for place, name in enumerate(features) if name not in unlogged]
        fields = [(PREFIX + name, arrow_type(feature)) for name, feature in features.items() if name not in unlogged]
        fixed = [(TIME, pa.timestamp("us", tz="UTC")), (REQUEST, pa.string()), (MODEL, pa.string())]
        self.schema = pa.schema([*fixed, (ANSWER, pa.string()), (ID, pa.string()), *fields])

    def batch(self, entries: Sequence[Entry]) -> pa.RecordBatch:
        """The entries as columns of `schema`, in their order; the answer is JSON, as the service gave it."""
        fixed: list[list[Any]] = [
            [int(entry.time * 1e6) for entry in entries],
            [entry.request_id.decode("latin-1") for entry in entries],
            [self._model] * len(entries),
            [orjson.dumps(entry.answer).decode() for entry in entries],
            [entry.id for entry in entries],
        ]
        rows: list[list[Any]] = [[entry.values[place] for entry in entries] for place in self._places]
        columns = [_array(cells, field.type) for cells, field in zip([*fixed, *rows], self.schema, strict=True)]
        return pa.record_batch(columns, schema=self.schema)


def _array(cells: list[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        cells = [_text(cell) for cell in cells]
    return pa.array(cells, kind)


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return str(cell.isoformat()) if hasattr(cell, "isoformat") else str(cell)
