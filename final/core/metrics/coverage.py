"""How often the sets or intervals of the answers hold the truth.

With the exact binomial interval of C. Clopper and E. Pearson, 1934.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, binomtest

LEVEL = 0.001  # chance that a promise that is kept looks broken on the hold-out


def coverage(promised: float, held: np.ndarray, sizes: np.ndarray, groups: pd.DataFrame) -> dict[str, Any]:
    """Figures of the hold-out and of each group of the given columns.

    `held`: whether the truth was in each row's set or interval, bool, (n,). `sizes`: classes in the set, or the width.
    """
    figures = {"promised": promised, **_share(held), "least": least(promised, len(held)), "size": float(sizes.mean())}
    parts = []
    for name in groups:
        values = groups[name].astype(object).where(groups[name].notna(), "missing").to_numpy()
        for value in sorted(set(values), key=str):
            parts.append({"column": str(name), "value": str(value), **_share(held[values == value])})
    return {**figures, "slices": parts}


def least(promised: float, rows: int) -> float:
    """The least share of so many rows that a kept promise falls below with a chance of LEVEL only."""
    return float(binom.ppf(LEVEL, rows, promised)) / rows


def _share(held: np.ndarray) -> dict[str, Any]:
    """The rows, and the share that is covered with its 95 % interval."""
    count = int(held.sum())
    interval = binomtest(count, len(held)).proportion_ci(method="exact")
    return {"rows": len(held), "covered": count / len(held), "low": float(interval.low), "high": float(interval.high)}
