"""Gates after the split: no row or group on two sides; every class, or more than one value, on every side."""

from collections.abc import Mapping
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from core.gates.gate import Gate
from core.spec.product import Product
from core.table.row_hash import row_hash
from core.table.split import ORDER, group_keys, start_times
from core.table.typed import counted, without_weight

LEAST_GROUPS = 2  # in a part: one group says nothing of another
MOST_OVERLAP = 0.1  # of the rows of a part may be later than the first group of the next part begins


def all_gates(parts: dict[str, pd.DataFrame], product: Product) -> list[Gate]:
    keys = {name: _keys(part, product) for name, part in parts.items()}
    shared = sum(len(np.intersect1d(keys[a], keys[b])) for a, b in combinations(keys, 2))
    reason = "Rows with the same id are on two sides of the split"
    apart = Gate("split: rows on two sides", str(shared), "0", shared == 0, reason if shared else "")
    missing = [reason for name, part in parts.items() for reason in _missing(name, part, product)]
    remedy = f"{', '.join(missing)}: get more rows, or change the shares under split"
    complete = Gate("split: classes lacking", str(len(missing)), "0", not missing, remedy if missing else "")
    grouped = groups(parts, product) if product.split.group is not None else []
    ordered = [in_order(parts, product)] if product.split.by is not None else []
    return [apart, complete, *grouped, *ordered]


def groups(parts: Mapping[str, pd.DataFrame], product: Product) -> list[Gate]:
    """No group is on two sides, and each side has several."""
    column = product.split.group
    keys = {name: np.unique(group_keys(part, product)) for name, part in parts.items()}
    shared = sum(len(np.intersect1d(keys[a], keys[b])) for a, b in combinations(keys, 2))
    reason = f"Rows of one {column} are on two sides of the split, so the test is of groups that the model knows"
    fewest = min(keys, key=lambda name: len(keys[name]))
    count = len(keys[fewest])
    remedy = (
        f"{fewest} has {count} of the {sum(map(len, keys.values()))} groups of {column}, too few to say anything of "
        "new ones: get rows of more groups, change the shares under split, or leave split.group out"
    )
    is_enough = count >= LEAST_GROUPS
    return [
        Gate("split: groups on two sides", str(shared), "0", shared == 0, reason if shared else ""),
        Gate("split: groups in each part", str(count), f">= {LEAST_GROUPS}", is_enough, "" if is_enough else remedy),
    ]


def _missing(name: str, part: pd.DataFrame, product: Product) -> list[str]:
    """The classes of which a part has no row; for a regression, the value if all rows have the same.

    Rows whose weight is 0 do not count.
    """
    target = counted(part, product)[product.target.name]
    if product.target.task == "regression":
        if not len(target):
            return [f"a row with a weight above 0 in {name}"] if product.weight else []
        constant = target.nunique() == 1
        return [f"{product.target.name} is {target.iloc[0]:g} in all of {name}"] if constant else []
    classes = {str(value) for value in product.target.values}
    return [f"{value} in {name}" for value in sorted(classes - set(target))]


def _keys(part: pd.DataFrame, product: Product) -> np.ndarray:
    """64 bits of the split's key: the id, or the whole row."""
    return row_hash(part[[product.id]] if product.id else without_weight(part, product))


def in_order(parts: Mapping[str, pd.DataFrame], product: Product) -> Gate:
    """Every day of a part is later than all days of the part before; a group has the day on which it begins.

    Groups may end later than the next part begins, as stays in a hospital do, but not in many of their rows.
    """
    by = str(product.split.by)
    wrong = allowed = 0
    for earlier, later in pairwise(ORDER):
        latest = max(start_times(parts[earlier], product), default="")
        starts = start_times(parts[later], product)
        wrong += int(np.sum([day <= latest for day in starts]))
        if product.split.group is not None and len(starts):
            wrong += int((parts[earlier][by] >= starts.min()).sum())
            allowed += int(MOST_OVERLAP * len(parts[earlier]))
    remedy = f"Rows of a later part whose {by} is not later than all of the part before: split.by must sort them"
    if product.split.group is not None:
        remedy = (
            f"The groups of {product.split.group} go on while later ones begin, so no border in time has whole groups "
            "on each side: split by time alone to test on later rows of the same groups, or by group alone"
        )
    threshold = f"<= {allowed}" if allowed else "0"
    is_ordered = wrong <= allowed
    return Gate("split: in the order of time", str(wrong), threshold, is_ordered, "" if is_ordered else remedy)
