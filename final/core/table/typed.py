"""Tables in and out: a CSV file as columns of the contract's types."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from core.spec.columns import Boolean, Integer, Number, truth
from core.spec.product import Product
from core.table import csv_file, header
from core.table.finding import Finding


def read(path: Path, product: Product) -> tuple[pd.DataFrame, list[Finding]]:
    """The table (n rows) with id, group, weight, used features and target, typed, and findings about its header.

    number, integer, the weight and the target of a regression become float64 (NaN = missing). If a cell is not a number
    the column stays text, and `validation.check` reports it. Everything else becomes str (None = missing), as written
    in the file. Only an empty cell is a missing value. Raises TableError.
    """
    names = header.header(path)
    needed = columns(product)
    findings = [
        Finding(name, f"column is missing; the file has {', '.join(names)}") for name in needed if name not in names
    ]
    declared = {*needed, *product.features, *product.ignore}
    findings += [
        Finding(name, "column is not declared: add it under features, or to ignore")
        for name in names
        if name not in declared
    ]
    present = [name for name in needed if name in names]
    numbers = [name for name in present if is_number(product, name)]
    arrow = csv_file.read(path, present, numbers)
    table: dict[str, Any] = {}
    for name in present:
        column = arrow[name]
        arrow = arrow.drop_columns([name])  # frees its memory before the next column is converted
        if pa.types.is_floating(column.type):
            table[name] = column.to_numpy()
        elif isinstance(product.contract.features.get(name), Boolean):
            table[name] = pd.Series(csv_file.objects(column, _spelled), dtype=object)
        else:
            table[name] = pd.Series(csv_file.objects(column), dtype=object)
    pa.default_memory_pool().release_unused()
    return pd.DataFrame(table, copy=False), findings


def is_number(product: Product, name: str) -> bool:
    if name == product.target.name:
        return product.target.task == "regression"
    return name == product.weight or isinstance(product.contract.features.get(name), Number | Integer)


def _spelled(text: str) -> str:
    """True or false for each way to spell it; any other text in lower case, for validation to report."""
    value = truth(text)
    return text.lower() if value is None else str(value).lower()


def columns(product: Product) -> list[str]:
    """The columns that a training table must have: id, group, weight, used features, target."""
    contract = product.contract
    group = [] if product.split.group in contract.features else [product.split.group]
    return [*filter(None, [product.id, *group, product.weight]), *contract.features, product.target.name]


def counted(table: pd.DataFrame, product: Product) -> pd.DataFrame:
    """The rows that count: all but those whose weight is 0."""
    return table if product.weight is None else table[table[product.weight] > 0]


def without_weight(table: pd.DataFrame, product: Product) -> pd.DataFrame:
    """All columns but the weight, by which two rows do not differ."""
    return table if product.weight is None else table.drop(columns=product.weight)


def write(table: pd.DataFrame, path: Path) -> None:
    """Write CSV atomically; the same table gives the same bytes."""
    csv_file.write(pa.Table.from_pandas(table, preserve_index=False), path)
