"""The effect of each feature on the predictions: SHAP values in summary, with a bounded sample of rows."""

import math
from typing import Any

import numpy as np
import pandas as pd

from core.model.model import ProductModel

ROWS = 2000  # explained at most
SHOWN = 150  # rows of the sample that plots show
FEATURES = 20


def effects(model: ProductModel, table: pd.DataFrame) -> list[dict[str, Any]]:
    """For each feature, the strongest first: mean |SHAP value| and [value, effect] of some rows.

    An effect is in the unit of the raw score: log odds, the target's unit, or, with several classes, the raw score of
    the predicted class; then the mean |SHAP value| is over rows and classes.
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
    names = model.features.names
    order = sorted(range(len(strength)), key=lambda place: (-strength[place], names[place]))[:FEATURES]
    return [
        {
            "feature": names[place],
            "strength": float(strength[place]),
            "categorical": names[place] in model.features.categorical,
            "points": _points(list(columns[names[place]])[:SHOWN], shap[:SHOWN, place]),
        }
        for place in order
    ]


def _points(values: list[Any], effects: np.ndarray) -> list[list[Any]]:
    return [[_shown(value), round(float(effect), 5)] for value, effect in zip(values, effects, strict=True)]


def _shown(value: Any) -> float | str | None:
    if isinstance(value, str):
        return value[:40] or None
    is_missing = value is None or math.isnan(value)
    return None if is_missing else float(f"{value:.6g}")
