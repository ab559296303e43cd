"""How often the sets or intervals of the answers hold the truth.

With the exact binomial interval of C. Clopper and E. Pearson, 1934. The number of rows that a kept promise holds is
beta-binomial, since the limit itself is of a few rows: V. Vovk, "Conditional validity of inductive conformal
predictors", 2012.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import betabinom, binomtest

LEVEL = 0.001  # chance that a promise that is kept looks broken on the hold-out


def coverage(
    promised: float,
    calibrated: int,
    held: np.ndarray,
    sizes: np.ndarray,
    groups: Mapping[str, Any],
    calibrated_groups: Mapping[str, Mapping[str, int]],
) -> dict[str, Any]:
    """Figures of the hold-out and of each group of the given columns, (n,) each.

    `calibrated`: rows that the limit is of, and of each group that has a limit of its own. `held`: whether the truth
    was in each row's set or interval, bool, (n,). `sizes`: classes in the set, or the width. The groups that a promise
    is made to have `least`, too; by luck any of them, or the whole, is below with a chance of LEVEL.
    """
    promises = 1 + sum(map(len, calibrated_groups.values()))
    lowest = least(promised, calibrated, len(held), promises)
    figures = {"promised": promised, **_share(held), "least": lowest, "size": float(sizes.mean())}
    parts = []
    for name, column in groups.items():
        values = pd.Series(column, dtype=object).fillna("").astype(str).to_numpy()
        for value in sorted(set(values)):
            inside = held[values == value]
            part = {"column": str(name), "value": value or "missing", **_share(inside)}
            if (rows := calibrated_groups.get(name, {}).get(value)) is not None:
                part["least"] = least(promised, rows, len(inside), promises)
            parts.append(part)
    return {**figures, "slices": parts}


def least(promised: float, calibrated: int, rows: int, promises: int = 1) -> float:
    """The least share of so many rows that a kept promise, of so many, falls below with a chance of LEVEL in all."""
    rank = math.ceil((calibrated + 1) * promised)
    return float(betabinom.ppf(LEVEL / promises, rows, rank, calibrated + 1 - rank)) / rows


def _share(held: np.ndarray) -> dict[str, Any]:
    """The rows, and the share that is covered with its 95 % interval."""
    count = int(held.sum())
    interval = binomtest(count, len(held)).proportion_ci(method="exact")
    return {"rows": len(held), "covered": count / len(held), "low": float(interval.low), "high": float(interval.high)}
