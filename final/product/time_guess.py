"""Whether a table is a course of time: then what is tested on has to be later than what is learnt from."""

from collections.abc import Mapping, Sequence

import numpy as np

from product.column_profile import ColumnProfile
from product.guess import Guess

HOLDOUT = VALIDATION = 0.2
LEAST_DAYS = 20


def order(columns: Mapping[str, ColumnProfile], guesses: Sequence[Guess]) -> tuple[str | None, str]:
    """The date that rows are in the order of, None where there is none or it can't split them; and why."""
    target = next(guess for guess in guesses if guess.kind == "target")
    for guess in guesses:
        found = columns[guess.name]
        if guess.kind != "date" or not found.ordered or found.present < found.rows:
            continue
        if not found.overflow and len(found.values) < LEAST_DAYS:
            continue
        if lacking := _lacking(columns[target.name], target):
            return None, f"rows are in the order of {guess.name}, but {lacking}, so they are split by hash"
        return guess.name, f"rows are in the order of {guess.name}: tested on the latest, as it will be in use"
    return None, ""


def _lacking(found: ColumnProfile, target: Guess) -> str:
    """A class that the latest rows, or those before them, have not twice: no test of it would be possible there."""
    if "values" not in target.settings or found.places is None:
        return ""
    place = np.concatenate(found.places)
    late = int(len(place) * (1 - HOLDOUT))
    parts = np.split(place, [int(late * (1 - VALIDATION)), late])
    for name, part in zip(("first", "middle", "latest"), parts, strict=True):
        counts = np.bincount(part, minlength=len(found.classes))
        for value, count in zip(found.classes, counts, strict=True):
            if count < 2 and value in found.values:
                return f"the {name} of them have no {value}, or one"
    return ""
