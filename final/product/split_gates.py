"""Gates after the split: no row on two sides, every class, or more than one value, on every side."""

from itertools import combinations

import numpy as np
import pandas as pd

from product.declaration import Product
from product.gates import Gate
from product.table import row_hash
from product.time_split import in_order


def all_gates(parts: dict[str, pd.DataFrame], product: Product) -> list[Gate]:
    keys = {name: _keys(part, product) for name, part in parts.items()}
    shared = sum(len(np.intersect1d(keys[a], keys[b])) for a, b in combinations(keys, 2))
    where = "Rows with the same id stand on two sides of the split"
    apart = Gate("split: rows on two sides", str(shared), "0", shared == 0, where if shared else "")
    lacking = [what for name, part in parts.items() for what in _lacking(name, part, product)]
    remedy = f"{', '.join(lacking)}: get more rows, or change the shares under split"
    complete = Gate("split: classes lacking", str(len(lacking)), "0", not lacking, remedy if lacking else "")
    ordered = [in_order(parts, product)] if product.split.by is not None else []
    return [apart, complete, *ordered]


def _lacking(name: str, part: pd.DataFrame, product: Product) -> list[str]:
    """The classes that a part has no row of; of a regression, that all its rows are one."""
    found = part[product.target.name]
    if product.target.task == "regression":
        return [f"{product.target.name} is {found.iloc[0]:g} in all of {name}"] if found.nunique() == 1 else []
    return [f"{value} in {name}" for value in sorted({str(value) for value in product.target.values} - set(found))]


def _keys(part: pd.DataFrame, product: Product) -> np.ndarray:
    """64 bits of what the split goes by: the id, or the whole row."""
    return row_hash(part[[product.id]] if product.id else part)
