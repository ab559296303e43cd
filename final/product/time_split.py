"""The split by time: what is tested is later than what was learnt from, as it will be in use."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from product.declaration import Product
from product.gates import Gate

ORDER = ("train", "validation", "holdout")


def by_time(table: pd.DataFrame, product: Product) -> dict[str, pd.DataFrame]:
    """The latest share of the rows is the hold-out, the latest of the rest validation; one day is on one side."""
    days = table[product.split.by].to_numpy(dtype=object)
    place = pd.Series(days).rank(method="min").to_numpy() / max(1, len(table))  # YYYY-MM-DD sorts as days do
    border = 1 - product.split.holdout
    late = place > border
    middle = ~late & (place > border * (1 - product.split.validation))
    return {"train": table[~late & ~middle], "validation": table[middle], "holdout": table[late]}


def in_order(parts: Mapping[str, pd.DataFrame], product: Product) -> Gate:
    """Every day of a part is later than all days of the part before."""
    by = str(product.split.by)
    wrong = 0
    for earlier, later in pairwise(ORDER):
        latest = max(parts[earlier][by], default="")
        wrong += int(np.sum([day <= latest for day in parts[later][by]]))
    remedy = f"Rows of a later part whose {by} is not later than all of the part before: split.by must sort them"
    return Gate("split: in the order of time", str(wrong), "0", wrong == 0, remedy if wrong else "")
