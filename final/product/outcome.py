"""The target between its two forms: values as a table has them, and numbers as an estimator wants them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from product.declaration import Target
from product.metrics import chosen


def classes(target: Target) -> list[str]:
    """The classes as text, in the order of the scores' columns; where there are two, the positive is the last."""
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
        raise ValueError(f"{target.name}: a value that is not among {', '.join(classes(target))}")
    return numbers.astype(int)


def labels(scores: np.ndarray, target: Target) -> np.ndarray:
    """The likeliest class as str, shape (n,); of a regression the scores themselves."""
    return scores if target.task == "regression" else np.array(classes(target), dtype=object)[chosen(scores)]
