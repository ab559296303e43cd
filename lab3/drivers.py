"""What drove an answer: how much each kind of measurement moved the chance away from a usual week of that month.

Shapley values (Shapley 1953; for models, Lundberg and Lee 2017, with real weeks as the background). With four kinds of
measurements they are computed in full, from all 16 mixtures of the asked week and each usual one; they add up exactly.
"""

from collections.abc import Sequence
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from lab3.forecast import MEASURES, Day, Forecast, as_array


def drivers(forecast: Forecast, days: Sequence[Day]) -> dict[str, Any]:
    """`usual`: the mean chance of usual weeks at this time of the year; `effects`: what each measure adds to it."""
    today, asked = days[-1].date, as_array(days)
    usual = np.array(forecast.weeks["usual"][str(today.month)], dtype=float)
    n = len(MEASURES)
    parts = [frozenset(part) for size in range(n + 1) for part in combinations(range(n), size)]
    mixed = np.repeat(usual[None], len(parts), axis=0)  # (16, weeks, window, 4)
    for i, part in enumerate(parts):
        mixed[i][..., sorted(part)] = asked[:, sorted(part)]
    chances = forecast.chances(mixed.reshape(-1, *usual.shape[1:]), today).reshape(len(parts), -1).mean(axis=1)
    value = dict(zip(parts, chances, strict=True))
    effects = {
        name: sum((value[part | {k}] - value[part]) / (n * comb(n - 1, len(part))) for part in parts if k not in part)
        for k, name in enumerate(MEASURES)
    }
    return {"usual": float(value[frozenset()]), "effects": {name: float(e) for name, e in effects.items()}}
