"""Columns of a table, and how a function is applied to each of their values."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

MISSING = ""  # a missing category, for CatBoost just one more value

Columns = Mapping[str, Sequence[Any]] | pd.DataFrame
Column = Sequence[Any] | np.ndarray | pd.Categorical
Convert = Callable[[Any], Any]
Step = Callable[[Mapping[str, Column]], Column]  # the columns so far -> one column more


def convert_each(convert: Convert, values: Column) -> Column:
    """The function of every value; of an array, of every distinct value, with None for NaN."""
    if isinstance(values, pd.Categorical):
        return coded([convert(value) for value in values.categories.to_numpy()], values.codes)
    if not isinstance(values, np.ndarray):
        return [convert(value) for value in values]
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    converted = [convert(none_if_missing(value)) for value in distinct]
    is_numeric = not converted or isinstance(converted[0], float)
    return np.array(converted, dtype=float if is_numeric else object)[codes]


def coded(texts: Sequence[str], codes: np.ndarray) -> pd.Categorical:
    """A column of texts by their positions, of which none is -1; a text may be there twice."""
    places, distinct = pd.factorize(np.array(texts, dtype=object))
    if len(distinct) < len(texts):
        codes = places[codes]
    return pd.Categorical.from_codes(codes, pd.Index(distinct, dtype=object), validate=False)


def codes_of(values: Column) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values of an array, and the position of each row's value among them, shape (n,)."""
    if isinstance(values, pd.Categorical):
        return values.codes, values.categories.to_numpy()
    codes, distinct = pd.factorize(np.asarray(values), use_na_sentinel=False)
    return codes, np.asarray(distinct)


def none_if_missing(value: Any) -> Any:
    """None for NaN, else the value."""
    return None if value is None or value != value else value


def as_floats(values: pd.Series) -> np.ndarray:
    """Shape (n,), float64, NaN where missing; the table's own array if it is float64 already."""
    if values.dtype == np.float64:
        return np.asarray(values)
    return pd.to_numeric(values).to_numpy(dtype=float, na_value=math.nan)
