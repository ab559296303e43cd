"""How good some settings are, by cross-validation on the training part.

The validation part stops each of these trainings early and weights the parts; it is not scored.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.metrics.classes import codes
from core.metrics.metrics import value
from core.metrics.weights import row_weights
from core.model import folds
from core.model.training import fit
from core.spec.contract import Contract
from core.spec.estimator import Model
from core.spec.metric_names import MetricName, Task
from core.spec.product import Split

FOLDS = 3


def measured(task: Task) -> MetricName:
    """The metric that a search minimises: a proper score, in which confident mistakes cost more than others."""
    return "rmse" if task == "regression" else "log_loss"


def loss(contract: Contract, settings: Model, split: Split, train: pd.DataFrame, validation: pd.DataFrame) -> float:
    """Mean over the folds of the training rows, which are made like the split.

    If it names a date, each fold is predicted from earlier rows; if a group, no group is on both sides.
    """
    target = contract.target
    rows = train.sort_values(split.by, kind="stable").reset_index(drop=True) if split.by else train
    actual, weights = codes(rows[target.name], target), row_weights(rows, contract)
    losses = []
    for inside, outside in folds_like(rows, actual, target.task, split):
        tables = rows.iloc[inside].reset_index(drop=True), validation
        model = fit(contract, settings, tables, cross_rows=0).model
        scores = model.scores(rows.iloc[outside].reset_index(drop=True))
        losses.append(value(measured(target.task), actual[outside], scores, weights[outside]))
    return float(np.mean(losses))


def folds_like(rows: pd.DataFrame, actual: np.ndarray, task: Task, split: Split) -> Iterator[folds.Fold]:
    """Folds made like the split; `rows` are in the order of time if it names a date."""
    from sklearn.model_selection import TimeSeriesSplit

    groups = folds.group_numbers(rows[split.group]) if split.group else None
    if not split.by:
        yield from folds.folds(actual, task, FOLDS, groups)
        return
    for inside, outside in TimeSeriesSplit(FOLDS).split(rows):
        yield (inside if groups is None else inside[~np.isin(groups[inside], groups[outside])]), outside
