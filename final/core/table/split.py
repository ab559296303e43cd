"""The split into train, validation and hold-out, by a hash of the id or group, or by time."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from core.spec.product import Product
from core.table.row_hash import row_hash
from core.table.typed import without_weight

ORDER = ("train", "validation", "holdout")
FEW_GROUPS = 100  # their hashes fill the parts unevenly, so the order of the hashes is cut instead


def by_time(table: pd.DataFrame, product: Product) -> dict[str, pd.DataFrame]:
    """The hold-out is the latest share of the rows, validation the latest of the rest; a day is never divided.

    So the model is tested on later days than it was trained on, as it will be in use. A group has the time at which it
    begins. The rows of each part are in the order of time, whatever that of the file's lines is.
    """
    days = pd.Series(start_times(table, product)).sort_values(kind="stable")
    table = table.iloc[days.index]
    place = days.rank(method="min").to_numpy() / max(1, len(table))  # YYYY-MM-DD sorts like the days
    border = 1 - product.split.holdout
    late = place > border
    validation = ~late & (place > border * (1 - product.split.validation))
    return {"train": table[~late & ~validation], "validation": table[validation], "holdout": table[late]}


def start_times(table: pd.DataFrame, product: Product) -> np.ndarray:
    """The date that each row is split by: its own, or the earliest of its group; shape (n,)."""
    days = table[product.split.by]
    if product.split.group is not None:
        days = days.groupby(group_keys(table, product)).transform("min")
    return days.to_numpy(dtype=object)


def hash_share(keys: Iterable[str], seed: int) -> np.ndarray:
    """A number in [0, 1) for each key, from blake2b of seed and key: the same on any machine."""
    start = hashlib.blake2b(f"{seed}:".encode(), digest_size=8)
    digests = bytearray()
    for key in keys:
        digest = start.copy()
        digest.update(key.encode())
        digests += digest.digest()
    # 53 bits are what a float holds exactly, so the share is never rounded up to 1
    return (np.frombuffer(bytes(digests), dtype=">u8") >> np.uint64(11)) / 2.0**53


def row_keys(table: pd.DataFrame, product: Product) -> list[str]:
    """The keys that the split hashes: the group, the id, or else a hash of the row, so that equal rows stay together.

    Shape (n,). Two different rows have the same key by chance once in 10^19 pairs.
    """
    if product.split.group is not None:
        return list(group_keys(table, product))
    if product.id:
        return [str(key) for key in table[product.id]]
    return _hashes(table, product)


def group_keys(table: pd.DataFrame, product: Product) -> np.ndarray:
    """The group of each row as text; a row without one is a group of its own. Shape (n,)."""
    groups = table[product.split.group]
    keys = groups.astype(str).to_numpy(dtype=object)
    missing = groups.isna().to_numpy()
    keys[missing] = [f"row {key}" for key in _hashes(table[missing], product)]
    return keys


def _hashes(table: pd.DataFrame, product: Product) -> list[str]:
    return [f"{key:x}" for key in row_hash(without_weight(table, product)).tolist()]


def split(table: pd.DataFrame, product: Product) -> dict[str, pd.DataFrame]:
    """train, validation and holdout: disjoint, together the whole table.

    Rows are in the file's order, or in that of time if they are split by it.
    """
    if product.split.by is not None:
        return by_time(table, product)
    share = hash_share(row_keys(table, product), product.split.seed)
    if product.split.group is not None:
        share = _spread(share)
    in_holdout = share < product.split.holdout
    border = product.split.holdout + product.split.validation * (1 - product.split.holdout)
    in_validation = ~in_holdout & (share < border)
    return {
        "train": table[~in_holdout & ~in_validation],
        "validation": table[in_validation],
        "holdout": table[in_holdout],
    }


def _spread(share: np.ndarray) -> np.ndarray:
    """The shares of few groups at equal distances; shape (n,)."""
    distinct, places = np.unique(share, return_inverse=True)
    return places / len(distinct) if len(distinct) < FEW_GROUPS else share
