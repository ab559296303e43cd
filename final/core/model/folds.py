"""Parts of a training table that are predicted in turn by models fitted on the others."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from core.spec.metric_names import Task

Fold = tuple[np.ndarray, np.ndarray]  # positions of the rows to fit on, and of those to predict


def folds(target: np.ndarray, task: Task, count: int, groups: np.ndarray | None = None) -> Iterator[Fold]:
    """`count` folds, drawn by a fixed seed: with each class in its share, and no group on both sides."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    rows = np.zeros(len(target))
    options = {"n_splits": count, "shuffle": True, "random_state": 0}
    if groups is not None and task == "regression":
        yield from GroupKFold(**options).split(rows, groups=groups)
    elif groups is not None:
        yield from StratifiedGroupKFold(**options).split(rows, target, groups)
    elif task == "regression":
        yield from KFold(**options).split(rows)
    else:
        yield from StratifiedKFold(**options).split(rows, target)


def group_numbers(values: pd.Series) -> np.ndarray:
    """A number for each row's group; a missing group is a group of its own."""
    numbers = pd.factorize(values)[0]
    return np.where(numbers < 0, -1 - np.arange(len(numbers)), numbers)
