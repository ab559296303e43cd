"""Columns whose values repeat and stand for a person, a customer or a machine: their rows are more alike than others.

If such rows are on both sides of a split, a model that recognises them looks better than it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

ID_NAME = re.compile(r"(^|[_ .-])(id|key|uuid|guid|rownames?|index)$|(?<=[a-z])I[dD]$|^id", re.IGNORECASE)
OWNER_NAME = re.compile(
    r"patient|person|subject|participant|customer|client|user|member|household|machine|device|sensor|unit|engine"
    r"|vehicle|driver|speaker|kunde|gerät|maschine|пациент|клиент",
    re.IGNORECASE,
)
LEAST_GROUPS = 10  # fewer cannot be on every side of a split
LEAST_NUMBERS = 32  # of a number that is not named like a key: fewer may be hours, months or days
FEW_GROUPS = 3  # of a column that is named like a key: reason enough for a note
FIXED = 0.9  # of 1: the value of the key says the other value
ALIKE = 0.2  # of a target: enough if the column is named like a key
SMOOTH = 0.5  # of 1: neighbours in the order of a number are alike, so it is a quantity and not a key
MOST_OTHERS, MOST_KEYS = 50, 50  # columns that are looked at in a wide table


@dataclass(frozen=True)
class Key:
    """`target` is how alike the targets of rows with the same value are: 0 as any two rows, 1 the same."""

    name: str
    values: int
    rows: int
    target: float
    fixed: int  # of the `others`
    others: int

    @property
    def fixes_target(self) -> bool:
        return self.target >= FIXED

    @property
    def can_split(self) -> bool:
        return self.values >= LEAST_GROUPS

    def evidence(self, target: str) -> str:
        """What the column says of its rows."""
        same = f"{target} is the same in" if self.fixes_target else f"{target} is alike ({self.target:.2f} of 1) in"
        return (
            f"{self.values:,} values in {self.rows:,} rows; {same} rows with the same value, as are {self.fixed} of "
            f"{self.others} other columns"
        )


def keys(table: pd.DataFrame, candidates: Sequence[str], target: str) -> list[Key]:
    """The candidates that are keys, the best first. Numbers are float64, everything else is text, None if missing."""
    columns = [
        name for name in candidates if repeats(table[name], FEW_GROUPS if named_like_a_key(name) else LEAST_GROUPS)
    ]
    columns = sorted(columns, key=lambda name: not named_like_a_key(name))[:MOST_KEYS]
    classes = table[target].nunique() if _is_text(table[target]) else 1
    others = [name for name in table if name != target][: MOST_OTHERS + 1]
    encoded = {name: _encoded(table[name]) for name in {*others, target}} if columns else {}
    judged = []
    for name in columns:
        codes, values = pd.factorize(table[name], sort=True)
        if len(values) < 2 * classes:
            continue  # as many values as classes: a copy of the target
        is_quantity = not _is_text(table[name]) and not named_like_a_key(name)
        likeness = {other: _likeness(codes, encoded[other], is_quantity) for other in encoded if other != name}
        about = [likeness[other] for other in others if other != name]
        key = Key(name, len(values), len(table), likeness[target], sum(x >= FIXED for x in about), len(about))
        if _is_key(key, codes):
            judged.append(key)
    return sorted(judged, key=lambda key: (not named_like_a_key(key.name), not key.fixes_target, key.values))


def named_like_a_key(name: str) -> bool:
    return bool(ID_NAME.search(name) or OWNER_NAME.search(name))


def repeats(column: pd.Series, least: int) -> bool:
    """Whether the values are whole numbers or texts, `least` of them, and a tenth of the rows repeats one."""
    present = column.dropna()
    distinct = present.nunique()
    if not _is_text(column) and not (present % 1 == 0).all():
        return False
    if not _is_text(column) and not named_like_a_key(str(column.name)) and distinct < LEAST_NUMBERS:
        return False
    return distinct >= least and len(present) - distinct >= max(10, len(column) // 10)


def _is_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column)


def _is_key(key: Key, codes: np.ndarray) -> bool:
    if key.fixes_target or (key.fixed > 1 and 2 * key.fixed > key.others):
        return True
    if not key.can_split:
        return False
    pairs = np.bincount(codes[codes >= 0])
    by_chance = 3 / np.sqrt(max(1, (pairs * (pairs - 1) // 2).sum()))  # three standard errors
    return named_like_a_key(key.name) and key.target >= max(ALIKE, by_chance)


def _encoded(column: pd.Series) -> np.ndarray:
    """Ranks of numbers, shape (n, 1), or one column of 0 and 1 for each of the commonest texts; NaN if missing."""
    if not _is_text(column):
        return np.asarray(column.rank(pct=True))[:, None]
    codes, _ = pd.factorize(column)
    common = np.argsort(-np.bincount(codes[codes >= 0], minlength=1), kind="stable")[:20]
    shown: np.ndarray = (codes[:, None] == common).astype(float)
    shown[codes < 0] = np.nan
    return shown


def _likeness(codes: np.ndarray, encoded: np.ndarray, is_quantity: bool) -> float:
    """1 - variance inside the groups / variance of all rows: 1 if a group has one value, 0 if it is like any rows.

    0 for a quantity that the other column follows: a price follows the size, and is not the property of one size.
    """
    rows = (codes >= 0) & ~np.isnan(encoded[:, 0])
    groups, values = codes[rows], encoded[rows]
    sizes = np.bincount(groups)
    free = len(groups) - np.count_nonzero(sizes)
    total = values.var(axis=0).sum() * len(values) / max(1, len(values) - 1)
    if free < 10 or total <= 0:
        return 0.0
    sums = np.column_stack([np.bincount(groups, weights=values[:, k]) for k in range(values.shape[1])])
    means = sums[sizes > 0] / sizes[sizes > 0, None]
    if is_quantity:
        spread = 2 * means.var(axis=0).sum() * len(means)
        if spread > 0 and 1 - (np.diff(means, axis=0) ** 2).sum() / spread > SMOOTH:
            return 0.0
    inside = ((values**2).sum() - (sums[sizes > 0] ** 2 / sizes[sizes > 0, None]).sum()) / free
    return float(1 - inside / total)
