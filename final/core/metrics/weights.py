"""The weights of rows: how much each counts. None where every row counts once."""

import numpy as np
import pandas as pd

from core.spec.contract import Contract

Weights = np.ndarray | None


def row_weights(table: pd.DataFrame, contract: Contract) -> np.ndarray:
    """The weight of each row, (n,): what the contract's column says, or 1."""
    return np.ones(len(table)) if contract.weight is None else table[contract.weight].to_numpy(dtype=float)


def or_ones(weights: Weights, rows: int) -> np.ndarray:
    """The weights, or 1 for each row; (n,)."""
    return np.ones(rows) if weights is None else weights


def scaled(weights: Weights) -> Weights:
    """With a mean of 1, so that penalties keep their strength; None where all are equal, as without weights."""
    if weights is None or not len(weights) or (weights == weights[0]).all():
        return None
    return np.asarray(weights / weights.mean())


def mean_and_error(values: np.ndarray, weights: Weights = None) -> tuple[float, float]:
    """The weighted mean and its standard error: a row that counts twice is not two rows."""
    if weights is None:
        return float(values.mean()), float(values.std() / np.sqrt(len(values)))
    shares = weights / weights.sum()
    mean = float(shares @ values)
    return mean, float(np.sqrt(shares**2 @ (values - mean) ** 2))
