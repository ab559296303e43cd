"""How good some settings are, from the training part alone: each fold is answered by a model trained on the others.

The validation part stops each of these trainings early and weighs the parts, as in the real one; it is not scored.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from product.declaration import Contract, Model
from product.metric_names import MetricName, Task
from product.metrics import value
from product.outcome import codes
from product.training import fit

FOLDS = 3


def measured(task: Task) -> MetricName:
    """What is made small: a proper score, so that sure mistakes cost more than unsure ones."""
    return "rmse" if task == "regression" else "log_loss"


def loss(contract: Contract, settings: Model, by: str | None, train: pd.DataFrame, validation: pd.DataFrame) -> float:
    """Mean over the folds of the training rows; where `by` names a date, a fold is answered from earlier rows."""
    target = contract.target
    rows = train.sort_values(by, kind="stable").reset_index(drop=True) if by else train
    known = codes(rows[target.name], target)
    found = []
    for inside, outside in _folds(rows, known, target.task, by):
        model = fit(contract, settings, (rows.iloc[inside].reset_index(drop=True), validation)).model
        scores = model.scores(rows.iloc[outside].reset_index(drop=True))
        found.append(value(measured(target.task), known[outside], scores))
    return float(np.mean(found))


def _folds(
    rows: pd.DataFrame, known: np.ndarray, task: Task, by: str | None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit

    if by:
        yield from TimeSeriesSplit(FOLDS).split(rows)
    elif task == "regression":
        yield from KFold(FOLDS, shuffle=True, random_state=0).split(rows)
    else:
        yield from StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(rows, known)
