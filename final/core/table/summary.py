"""A summary of a table, column by column; its size does not grow with the rows."""

from typing import Any

import numpy as np
import pandas as pd

from core.spec.product import Product

BINS = 20
TOP = 8  # values of a category that are counted by name


def summary(table: pd.DataFrame, product: Product) -> dict[str, Any]:
    """Rows, and for each declared column its type, missing cells, distinct values, and range or commonest values.

    `table` comes from `typed.read`; a column that could not be typed there is summarised as text.
    """
    features = product.contract.features
    kinds = {name: feature.type for name, feature in features.items()}
    prose = {name: feature.description for name, feature in features.items()}
    target = product.target
    kinds[target.name] = "number" if target.task == "regression" else "category"
    prose[target.name] = target.description
    columns = [
        {"name": name, "type": kinds[name], "description": prose[name], **column(table[name])}
        for name in kinds
        if name in table
    ]
    return {"rows": len(table), "columns": columns}


def column(values: pd.Series) -> dict[str, Any]:
    """Missing cells, distinct values, and a histogram of numbers or counts of the commonest values."""
    present = values.dropna()
    counted = {"missing": int(len(values) - len(present)), "distinct": int(present.nunique())}
    if pd.api.types.is_numeric_dtype(present):
        numbers = present.to_numpy(dtype=float)
        return counted | _range(numbers[np.isfinite(numbers)])  # the contract gate reports infinite numbers
    return counted | _commonest(present)


def _range(numbers: np.ndarray) -> dict[str, Any]:
    if not len(numbers):
        return {}
    counts, edges = np.histogram(numbers, BINS)
    low, median, high = np.percentile(numbers, [0, 50, 100])
    return {
        "min": float(low),
        "median": float(median),
        "mean": float(numbers.mean()),
        "max": float(high),
        "histogram": {"from": float(edges[0]), "to": float(edges[-1]), "counts": counts.tolist()},
    }


def _commonest(present: pd.Series) -> dict[str, Any]:
    if not len(present):
        return {}
    counts = present.astype(str).value_counts()
    # equally common values in the order of their names, so that the same table gives the same file
    ranked = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:TOP]
    return {"top": [{"value": str(value)[:60], "rows": int(rows)} for value, rows in ranked]}
