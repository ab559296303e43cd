"""Whether the set or the interval of an answer holds the truth."""

from typing import Any

import numpy as np

SET, INTERVAL = "set", "interval"


def covered(answers: list[dict[str, Any]], labels: list[str | None]) -> np.ndarray:
    """Of each row 1.0 if its set or interval holds the label, else 0.0; NaN without a label, or without either.

    A set is a list of classes, an interval [low, high] or an object with low and high.
    """
    return np.array([_covers(answer, label) for answer, label in zip(answers, labels, strict=True)], dtype=float)


def _covers(answer: dict[str, Any], label: str | None) -> float:
    if label is None:
        return np.nan
    if SET in answer:
        return float(label in map(str, answer[SET]))
    if INTERVAL in answer:
        interval = answer[INTERVAL]
        low, high = (interval["low"], interval["high"]) if isinstance(interval, dict) else interval
        return float(low <= float(label) <= high)
    return np.nan
