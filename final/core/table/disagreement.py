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
    one that answers by its mean. Of small groups it knows too much, so that a real model stays below it.
    """

    rows: int
    attainable: float


def disagreement(table: pd.DataFrame, contract: Contract) -> Disagreement:
    """Compares the rows by their features; one that is missing is like another."""
    target = table[contract.target.name]
    group = pd.factorize(row_hash(table[list(contract.features)]))[0]
    if contract.target.task == "regression":
        values = target.astype(float)
        groups = values.groupby(group)
        within, total = (values - groups.transform("mean")) ** 2, (values - values.mean()) ** 2
        attainable = 1 - float(within.sum()) / float(total.sum()) if total.any() else 1.0
        different = groups.transform("nunique") > 1
    else:
        classes = pd.Series(pd.factorize(target)[0])
        counts = pd.DataFrame({"group": group, "class": classes}).value_counts()
        attainable = float(counts.groupby(level="group").max().sum()) / len(table)
        different = classes.groupby(group).transform("nunique") > 1
    return Disagreement(int(np.count_nonzero(different)), attainable)
