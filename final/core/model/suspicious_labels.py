"""The rows whose label is likely wrong, named for a reader."""

from typing import Any

import numpy as np
import pandas as pd

from core.metrics.classes import classes, codes
from core.metrics.wrong_labels import suspects
from core.spec.contract import Contract

LISTED = 20
SHOWN = 3  # features of a row without an id


def label_suspects(rows: pd.DataFrame, scores: np.ndarray, contract: Contract) -> dict[str, Any]:
    """The LISTED most suspicious labels among rows with scores by models that did not see them, and an estimate."""
    target = codes(rows[contract.target.name], contract.target)
    doubted = suspects(target, scores)
    names = classes(contract.target)
    probability = scores if scores.ndim == 2 else np.column_stack([1 - scores, scores])
    listed = [
        {
            "row": _row_name(rows.iloc[place], contract),
            "label": names[target[place]],
            "likely": names[likely],
            "probability": float(probability[place, likely]),
        }
        for place, likely in zip(doubted.places[:LISTED].tolist(), doubted.likely[:LISTED].tolist(), strict=True)
    ]
    return {"rows": len(rows), "estimate": doubted.estimate, "listed": listed}


def _row_name(row: pd.Series, contract: Contract) -> str:
    names = [contract.id] if contract.id else list(contract.features)[:SHOWN]
    return ", ".join(f"{name} {row[name]}" for name in names)
