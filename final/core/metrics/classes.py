"""The target in its two forms: values of a table, and numbers for an estimator."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.metrics.metrics import chosen
from core.spec.target import Target


def classes(target: Target) -> list[str]:
    """The classes as text, in the order of the scores' columns; of two classes the positive one is the last."""
    names = [str(value) for value in target.values]
    if target.task == "binary":
        names.sort(key=lambda name: name == str(target.positive))
    return names


def codes(values: Sequence[Any] | pd.Series, target: Target) -> np.ndarray:
    """Shape (n,): 1 for the positive class and 0 for the other; the number of the class; or the value itself."""
    if target.task == "regression":
        return np.asarray(pd.to_numeric(pd.Series(values), errors="raise"), dtype=float)
    numbers = pd.Index(classes(target)).get_indexer(pd.Index(values).astype(str))
    if (numbers < 0).any():
        raise ValueError(f"{target.name}: a value is not among {', '.join(classes(target))}")
    return numbers.astype(int)


def labels(scores: np.ndarray, target: Target) -> np.ndarray:
    """The most likely class as str, shape (n,); for a regression the scores themselves."""
    if target.task == "regression":
        return scores
    return np.asarray(np.array(classes(target), dtype=object)[chosen(scores)])
