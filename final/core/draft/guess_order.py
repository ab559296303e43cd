"""Whether a date orders the rows, in whichever order they are written; then the hold-out has to be later."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

HOLDOUT = VALIDATION = 0.2
LEAST_MOMENTS = 20
STRAIGHT = 0.9  # share of the steps from a line to the next that go the same way
LEAST_STEPS = 20
EVEN = 0.5  # variance / mean of the rows in a step of a series; of rows at random moments it is 1
FOLLOWS = 0.5  # of 1: how alike the targets of neighbours in time are
BIRTH = re.compile(
    r"birth|born|\bdob\b|(^|_)dob(_|$)|geburt|geboren|naissance|nacimiento|рожд|founded|built|baujahr", re.I
)


def course(name: str, moments: np.ndarray, target: pd.Series, others: Mapping[str, np.ndarray]) -> tuple[bool, str]:
    """Whether a date orders the rows, and why; or why not, to be put after its name.

    `moments` are seconds, shape (n,). `others` are columns that may interleave several series, such as shops, as codes.
    """
    distinct = len(np.unique(moments))
    if BIRTH.search(name):
        return False, "when somebody or something began, not when a row was made"
    if distinct < LEAST_MOMENTS:
        return False, f"only {distinct} different values"
    whole = np.zeros(len(moments), dtype=int)
    if direction := _direction(moments, whole, 1):
        return True, f"rows are in the {direction}order of {name}"
    for other, codes in others.items():
        if direction := _direction(moments, codes, 1):
            return True, f"the rows of each {other} are in the {direction}order of {name}"
    if direction := _direction(moments, whole, STRAIGHT):
        return True, f"rows are nearly all in the {direction}order of {name}"
    if _is_even(moments, whole):
        return True, f"{name} is a regular series, though the rows are in another order"
    for other, codes in others.items():
        if _is_even(moments, codes):
            return True, f"{name} is a regular series for each {other}, though the rows are in another order"
    likeness = alike_in_time(moments, target)
    if likeness >= FOLLOWS:
        return True, f"{target.name} follows {name} (neighbours in time are alike: {likeness:.2f} of 1)"
    return False, f"no order of the lines, no regular series, and {target.name} does not follow it"


def _direction(moments: np.ndarray, codes: np.ndarray, share: float) -> str:
    """The way in which time goes in the lines of the same code, as a word with a space; empty if there is none."""
    order = np.argsort(codes, kind="stable")
    inside = np.diff(codes[order]) == 0
    steps = np.diff(moments[order])[inside]
    steps = steps[steps != 0]
    if len(steps) < min(LEAST_STEPS, LEAST_MOMENTS - 1):
        return ""
    rising = float((steps > 0).mean())
    if rising >= share:
        return "rising "
    return "falling " if rising <= 1 - share else ""


def _is_even(moments: np.ndarray, codes: np.ndarray) -> bool:
    """Whether each code has about the same number of rows in every step (day, week, month) of its time."""
    order = np.lexsort((moments, codes))
    moments, codes = _months(moments)[order], codes[order]
    gaps = np.diff(moments)[np.diff(codes) == 0]
    gaps = gaps[gaps > 0]
    if len(gaps) < LEAST_STEPS:
        return False
    lengths, counts = np.unique(gaps, return_counts=True)
    step = lengths[counts.argmax()]
    starts = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1))
    sizes = np.diff(np.append(starts, len(codes)))
    places = np.round((moments - np.repeat(moments[starts], sizes)) / step).astype(np.int64)
    steps = int((places[np.append(starts[1:], len(codes)) - 1] + 1).sum())
    if steps > 20 * len(codes):
        return False
    _, rows = np.unique(np.column_stack([codes, places]), axis=0, return_counts=True)
    mean = len(codes) / steps
    return bool((rows**2).sum() / steps - mean**2 < EVEN * mean)


def _months(moments: np.ndarray) -> np.ndarray:
    """Numbers of months, if every moment is on the same day of its month or at its end; else the moments."""
    days = moments.astype("datetime64[s]").astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    place = (days - months).astype(int)
    to_end = ((months + 1).astype("datetime64[D]") - days).astype(int)
    if len(np.unique(place)) == 1 or (to_end == 1).all():
        return months.astype(np.int64)
    return moments


def alike_in_time(moments: np.ndarray, target: pd.Series) -> float:
    """1 - mean squared step of the target from a row to the next in time / twice its variance (von Neumann 1941).

    1 if neighbours are the same, 0 if they are like any two rows.
    """
    if not pd.api.types.is_numeric_dtype(target):
        codes, classes = pd.factorize(target)
        values: np.ndarray = np.eye(len(classes))[codes] if len(classes) <= 20 else np.zeros((len(codes), 1))
    else:
        values = np.asarray(target.rank(pct=True))[:, None]
    ordered = values[np.argsort(moments, kind="stable")]
    spread = 2 * ordered.var(axis=0).sum()
    if len(ordered) < LEAST_STEPS or spread <= 0:
        return 0.0
    return float(1 - (np.diff(ordered, axis=0) ** 2).sum() / (len(ordered) - 1) / spread)


def missing_class(moments: np.ndarray, target: pd.Series) -> str:
    """A class with fewer than two rows in a part of a split by time, where it could not be tested."""
    if pd.api.types.is_numeric_dtype(target):
        return ""
    ordered = target.to_numpy()[np.argsort(moments, kind="stable")]
    late = int(len(ordered) * (1 - HOLDOUT))
    parts = np.split(ordered, [int(late * (1 - VALIDATION)), late])
    for name, part in zip(("first", "middle", "latest"), parts, strict=True):
        counts = pd.Series(part).value_counts()
        for value in dict.fromkeys(ordered):
            if counts.get(value, 0) < 2:
                return f"the {name} of them have no {value}, or only one"
    return ""
