"""How often the sets or intervals of the answers hold the truth.

With the exact binomial interval of C. Clopper and E. Pearson, 1934. The number of rows that a kept promise holds is
beta-binomial, since the limit itself is of a few rows: V. Vovk, "Conditional validity of inductive conformal
predictors", 2012.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import betabinom, binomtest

LEVEL = 0.001  # chance that a promise that is kept looks broken on the hold-out


def coverage(
    promised: float, calibrated: int, held: np.ndarray, sizes: np.ndarray, groups: pd.DataFrame
) -> dict[str, Any]:
    """Figures of the hold-out and of each group of the given columns.

    `calibrated`: rows that the limit is of. `held`: whether the truth was in each row's set or interval, bool, (n,).
    `sizes`: classes in the set, or the width.
    """
    lowest = least(promised, calibrated, len(held))
    figures = {"promised": promised, **_share(held), "least": lowest, "size": float(sizes.mean())}
    parts = []
    for name in groups:
        values = groups[name].astype(object).where(groups[name].notna(), "missing").to_numpy()
        for value in sorted(set(values), key=str):
            parts.append({"column": str(name), "value": str(value), **_share(held[values == value])})
    return {**figures, "slices": parts}


def least(promised: float, calibrated: int, rows: int) -> float:
    """The least share of so many rows that a kept promise falls below with a chance of LEVEL only."""
    rank = math.ceil((calibrated + 1) * promised)
    return float(betabinom.ppf(LEVEL, rows, rank, calibrated + 1 - rank)) / rows


def _share(held: np.ndarray) -> dict[str, Any]:
    """The rows, and the share that is covered with its 95 % interval."""
    count = int(held.sum())
    interval = binomtest(count, len(held)).proportion_ci(method="exact")
    return {"rows": len(held), "covered": count / len(held), "low": float(interval.low), "high": float(interval.high)}
