"""A product with a feature of every type, for each task, and tables for it."""

from typing import Any

import numpy as np
import pandas as pd

from core.spec.product import Product

TARGETS: dict[str, dict[str, Any]] = {
    "binary": {"task": "binary", "values": ["no", "yes"], "positive": "yes"},
    "multiclass": {"task": "multiclass", "values": ["low", "mid", "high"]},
    "regression": {"task": "regression"},
}
FEATURES: dict[str, dict[str, Any]] = {
    "size": {"type": "number", "nullable": True},
    "count": {"type": "integer"},
    "kind": {"type": "category", "values": ["a", "b", "c"], "nullable": True},
    "flag": {"type": "boolean"},
    "day": {"type": "date", "nullable": True},
    "note": {"type": "text", "words": True, "nullable": True},
}


def table(task: str, rows: int = 400) -> pd.DataFrame:
    """Rows whose target follows from a number, a category and a word, with some noise and some cells missing."""
    rng = np.random.default_rng(0)
    size, kind = rng.normal(size=rows), rng.choice(["a", "b", "c"], rows)
    bad = rng.random(rows) < 0.4
    score = size + 1.5 * (kind == "c") - 2 * bad + rng.normal(0, 0.3, rows)
    cuts = np.quantile(score, [1 / 3, 2 / 3])
    target = {
        "binary": np.where(score > np.median(score), "yes", "no"),
        "multiclass": np.array(["low", "mid", "high"])[np.searchsorted(cuts, score)],
        "regression": score,
    }[task]
    notes = [f"arrived {'broken' if one else 'in time'} today" for one in bad]
    return pd.DataFrame(
        {
            "size": np.where(rng.random(rows) < 0.05, np.nan, size),
            "count": rng.integers(0, 9, rows).astype(float),
            "kind": pd.Series(kind, dtype=object).mask(rng.random(rows) < 0.05, None),
            "flag": rng.choice(["true", "false"], rows),
            "day": [f"2024-{month:02d}-15" for month in rng.integers(1, 13, rows)],
            "note": pd.Series(notes, dtype=object).mask(rng.random(rows) < 0.02, None),
            "y": target,
        }
    )


def product(task: str, estimator: str) -> Product:
    gates = {"metric": "rmse", "ceiling": 9} if task == "regression" else {"floor": 0.5}
    return Product.model_validate(
        {
            "name": "small",
            "title": "Small",
            "description": "For the tests",
            "source": {"path": "small.csv"},
            "target": {"name": "y", **TARGETS[task]},
            "features": FEATURES,
            "model": {"estimator": estimator, "iterations": 40, "learning_rate": 0.2, "depth": 4, "strength": 1.0},
            "gates": gates,
        }
    )
