"""What a model costs to keep and to ask."""

import time
from pathlib import Path

import pandas as pd

from core.model.model import ProductModel

ROWS, TIMES = 1000, 5


def megabytes(folder: Path) -> float:
    """Of all files of a saved model, 10**6 bytes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def microseconds(model: ProductModel, table: pd.DataFrame) -> float:
    """Of a core for each of 1,000 rows that are scored together: the least of five times, since others disturb."""
    rows = pd.concat([table] * (1 + ROWS // len(table)), ignore_index=True).head(ROWS)
    return 1e6 / ROWS * min(_seconds(model, rows) for _ in range(TIMES))


def _seconds(model: ProductModel, rows: pd.DataFrame) -> float:
    start = time.process_time()
    model.scores(rows)
    return time.process_time() - start
