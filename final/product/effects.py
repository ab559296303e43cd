"""What each of the model's features does to its predictions: SHAP values summed up, with a bounded sample of rows."""

import math
from typing import Any

import numpy as np
import pandas as pd

from product.model import ProductModel

ROWS = 2000  # at most as many rows are explained
SHOWN = 150  # rows of the sample that plots show
FEATURES = 20


def effects(model: ProductModel, table: pd.DataFrame) -> list[dict[str, Any]]:
    """For each feature, the strongest first: mean |SHAP value| and [value, effect] of some rows.

    An effect is in the unit of the raw score: log odds, the target's unit, or, of several classes, the raw score of
    the class that is predicted; there mean |SHAP value| is over rows and classes.
    """
    if not len(table):
        return []
    drawn = np.random.default_rng(0).permutation(len(table))[:ROWS]
    part = table.iloc[np.sort(drawn)]
    shap = model.contributions(part)[..., :-1]  # without the base; (n, F) or (n, K, F)
    strength = np.abs(shap).mean(axis=tuple(range(shap.ndim - 1)))
    if shap.ndim == 3:
        shap = shap[np.arange(len(part)), model.scores(part).argmax(axis=1)]
    columns = model.features(part)
    order = sorted(range(len(strength)), key=lambda i: (-strength[i], model.features.names[i]))[:FEATURES]
    return [
        {
            "feature": model.features.names[i],
            "strength": float(strength[i]),
            "categorical": model.features.names[i] in model.features.categorical,
            "points": [
                [_shown(value), round(float(effect), 5)]
                for value, effect in zip(list(columns[model.features.names[i]])[:SHOWN], shap[:SHOWN, i], strict=False)
            ],
        }
        for i in order
    ]


def _shown(value: Any) -> float | str | None:
    if isinstance(value, str):
        return value[:40] or None
    return None if value is None or math.isnan(value) else float(f"{value:.6g}")
