"""Columns of the model in CatBoost's own type."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from catboost import Pool

from core.features.columns import Column
from core.metrics.weights import Weights

FEW_ROWS = 1000  # up to here one thread is quicker, and rows are passed as lists


def pool(
    columns: Mapping[str, Column],
    categorical: Sequence[str],
    target: np.ndarray | None = None,
    weights: Weights = None,
) -> Pool:
    """The columns in CatBoost's own type; for training with their names."""
    names = list(columns)
    rows = len(columns[names[0]])
    if rows > FEW_ROWS:
        return taken(dict(columns), categorical, target, weights)
    positions = [names.index(name) for name in categorical]
    if target is None:  # CatBoost's quickest input for a few rows: passing the names would cost a fifth more
        cells = np.empty((rows, len(names)), dtype=object)
        for position, values in enumerate(columns.values()):
            cells[:, position] = values
        return Pool(cells, cat_features=positions)
    lines = [list(line) for line in zip(*columns.values(), strict=True)]
    return Pool(lines, target, cat_features=positions, feature_names=names, weight=weights)


def taken(
    columns: dict[str, Any], categorical: Sequence[str], target: np.ndarray | None = None, weights: Weights = None
) -> Pool:
    """The same for many rows; it empties `columns`, so that each column's memory is freed on the way."""
    frame: dict[str, Any] = {}
    for name in list(columns):
        values = columns.pop(name)
        # CatBoost's own type; it would keep a float64 column in memory as well
        frame[name] = values if name in categorical else np.asarray(values, dtype=np.float32)
    # a copy would hold all columns a second time
    return Pool(pd.DataFrame(frame, copy=False), target, cat_features=list(categorical), weight=weights)
