"""Rows that are alike in all features and not in the target: what no model can tell apart."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.spec.contract import Contract
from core.table.row_hash import row_hash


@dataclass(frozen=True)
class Disagreement:
    """How many rows have the features of another row and another target, and the best that a model can do on all.

    `attainable` is the accuracy of a model that answers each group of like rows by its commonest class, or the r2 of
    one that answers by its mean; both of weighted rows. Of small groups it knows too much, so that a real model stays
    below it.
    """

    rows: int
    attainable: float


def disagreement(table: pd.DataFrame, contract: Contract) -> Disagreement:
    """Compares the rows by their features; one that is missing is like another."""
    target = table[contract.target.name]
    group = pd.factorize(row_hash(table[list(contract.features)]))[0]
    weights = np.ones(len(table)) if contract.weight is None else table[contract.weight].to_numpy()
    if contract.target.task == "regression":
        values = target.to_numpy(dtype=float)
        of_group = np.bincount(group, weights)
        means = np.bincount(group, weights * values) / np.where(of_group > 0, of_group, 1)
        within = weights @ (values - means[group]) ** 2
        total = weights @ (values - np.average(values, weights=weights)) ** 2
        attainable = 1 - float(within / total) if total > 0 else 1.0
        different = pd.Series(values).groupby(group).transform("nunique") > 1
    else:
        classes = pd.Series(pd.factorize(target)[0])
        of_class = pd.Series(weights).groupby([group, classes]).sum()
        attainable = float(of_class.groupby(level=0).max().sum() / weights.sum())
        different = classes.groupby(group).transform("nunique") > 1
    return Disagreement(int(np.count_nonzero(different)), attainable)
