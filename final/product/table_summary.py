"""What a table looks like, column by column, in a bounded number of figures however many rows it has."""

from typing import Any

import numpy as np
import pandas as pd

from product.declaration import Product

BINS = 20
TOP = 8  # values of a category that are counted by name


def summary(table: pd.DataFrame, product: Product) -> dict[str, Any]:
    """Rows, and for each declared column its type, missing cells, distinct values, and range or commonest values.

    `table` is what `table.read` gives; a column that could not be typed there is summed up as text.
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
    there = values.dropna()
    found: dict[str, Any] = {"missing": int(len(values) - len(there)), "distinct": int(there.nunique())}
    if pd.api.types.is_numeric_dtype(there):
        numbers = there.to_numpy(dtype=float)
        numbers = numbers[np.isfinite(numbers)]  # infinite ones are the contract gate's to find
        if not len(numbers):
            return found
        counts, edges = np.histogram(numbers, BINS)
        low, middle, high = np.percentile(numbers, [0, 50, 100])
        found |= {"min": float(low), "median": float(middle), "mean": float(numbers.mean()), "max": float(high)}
        found["histogram"] = {"from": float(edges[0]), "to": float(edges[-1]), "counts": counts.tolist()}
    elif len(there):
        named = there.astype(str).value_counts()
        # equally common values in the order of their names, so that the same table gives the same file
        ranked = sorted(named.items(), key=lambda item: (-item[1], str(item[0])))[:TOP]
        found["top"] = [{"value": str(value)[:60], "rows": int(rows)} for value, rows in ranked]
    return found
