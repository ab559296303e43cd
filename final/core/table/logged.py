"""Rows of a prediction log as a table."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.base.errors import TableError
from core.base.prediction_log import MODEL, PREFIX, log_files
from core.spec.columns import Feature, Integer, Number

MOST = 100_000  # the latest rows


def logged_table(rows: pa.Table, features: Mapping[str, Feature]) -> pd.DataFrame:
    """The columns of contracts, as a model takes them; one that the log has not is missing in every row."""
    columns: dict[str, Any] = {}
    for name, feature in features.items():
        cells = rows[PREFIX + name].to_pylist() if PREFIX + name in rows.column_names else [None] * len(rows)
        columns[name] = pd.Series(cells, dtype=float if isinstance(feature, Number | Integer) else object)
    return pd.DataFrame(columns, index=range(len(rows)))


def unlogged(files: Iterable[Path], names: Iterable[str]) -> list[str]:
    """Those of the contract's columns that some file does not have."""
    logged = set.intersection(*(set(pq.read_schema(file).names) for file in files))
    return [name for name in names if PREFIX + name not in logged]


def rows_of(model: str, table: pa.Table) -> pa.Table:
    """Those of the log's rows that the model answered."""
    return table.filter(pc.equal(table[MODEL], model))


def latest_rows(folder: Path, model: str, features: Mapping[str, Feature]) -> pd.DataFrame:
    """The latest rows that the model answered, at most 100,000 and the rest of a file.

    Raises TableError if there are none, or if the log has not all of the columns.
    """
    files = log_files(folder)
    if not files:
        raise TableError(f"{folder}: no file of a prediction log; SERVICE_PREDICTION_LOG makes the service write it")
    if names := unlogged(files, features):
        raise TableError(f"{folder}: the log has no {', '.join(names)}, which the model needs")
    tables: list[pd.DataFrame] = []
    for file in reversed(files):
        tables.append(logged_table(rows_of(model, pq.read_table(file)), features))
        if sum(map(len, tables)) >= MOST:
            break
    table = pd.concat(tables, ignore_index=True)
    if not len(table):
        raise TableError(f"{folder}: the champion has answered none of its rows")
    return table
