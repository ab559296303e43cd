"""What drove an answer: how much each kind of measurement moved the chance away from a usual week of that month.

Shapley values (Shapley 1953; for models, Lundberg and Lee 2017, with real weeks as the background). With four kinds of
measurements they are computed exactly, from all 16 mixtures of the given week and each usual one; they add up exactly.
"""

from collections.abc import Sequence
from itertools import combinations
from math import comb
from typing import Any

import numpy as np

from lab3.forecast import MEASURES, Day, Forecast, as_array


def drivers(forecast: Forecast, days: Sequence[Day]) -> dict[str, Any]:
    """`usual`: the mean chance of usual weeks at this time of the year; `effects`: what each measure adds to it."""
    today, week = days[-1].date, as_array(days)
    usual = np.array(forecast.weeks["usual"][str(today.month)], dtype=float)
    n = len(MEASURES)
    subsets = [frozenset(subset) for size in range(n + 1) for subset in combinations(range(n), size)]
    mixtures = np.repeat(usual[None], len(subsets), axis=0)  # (16, weeks, window, 4)
    for mixture, subset in zip(mixtures, subsets, strict=True):
        mixture[..., sorted(subset)] = week[:, sorted(subset)]
    chances = forecast.chances(mixtures.reshape(-1, *usual.shape[1:]), today).reshape(len(subsets), -1)
    value = dict(zip(subsets, chances.mean(axis=1), strict=True))
    effects = {}
    for k, name in enumerate(MEASURES):
        gains = [(value[s | {k}] - value[s]) / (n * comb(n - 1, len(s))) for s in subsets if k not in s]
        effects[name] = float(sum(gains))
    return {"usual": float(value[frozenset()]), "effects": effects}
