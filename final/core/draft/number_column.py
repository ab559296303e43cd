"""The guess for a column of numbers: a measurement, a code or an id, and its bounds."""

import re
from typing import Any

from core.base.rounding import next_round
from core.draft.column_profile import ColumnProfile
from core.draft.guess import ID_NAME, LEFT_OUT, LIKE_AN_ID, Guess

CODE_NAME = re.compile(r"code|zip|postal|class|type|category|cluster|month|weekday", re.IGNORECASE)
LARGEST = 1e38  # models compute in single precision
EXACT = 2.0**53  # above it neighbouring whole numbers are the same float


def guess_number(profile: ColumnProfile) -> Guess:
    name, numbers = profile.name, profile.numbers
    largest = max(abs(numbers.low), abs(numbers.high))
    range_shown = f"{figure(numbers.low)} to {figure(numbers.high)}"
    if numbers.zero_padded:
        return Guess(name, "text", "codes: digits that start with 0", {"max_length": 50})
    if largest > LARGEST:
        trouble = f"numbers too large for a model: {range_shown}. Use other units, or --ignore {name}"
        return Guess(name, "number", "too large", trouble=trouble)
    if not profile.is_whole:
        return Guess(name, "number", range_shown, _bounds(numbers.low, numbers.high))
    if largest > EXACT:
        evidence = "whole numbers with more digits than a float keeps"
        if profile.unique:
            return Guess(name, LEFT_OUT, f"{evidence}, every value is different: an id")
        return Guess(name, "text", f"codes: {evidence}", {"max_length": 50})
    if profile.has_at_most(12) and CODE_NAME.search(name) and all(map(_is_integer, profile.values.counts)):
        values = sorted(map(int, profile.values.counts))
        return Guess(name, "category", f"{len(values)} whole numbers, and the name means a code", {"values": values})
    bounds = {key: int(bound) for key, bound in _bounds(numbers.low, numbers.high).items()}
    return Guess(name, "integer", range_shown + _doubt(profile), bounds)


def _doubt(profile: ColumnProfile) -> str:
    """What could be wrong with a column of whole numbers as a feature."""
    if profile.unique:
        return "; every value is different: if it is an id, leave it out"
    # rows of one customer are on both sides of the split, so a model that recognises customers looks too good
    return LIKE_AN_ID if ID_NAME.search(profile.name) else ""


def _is_integer(text: str) -> bool:
    return re.fullmatch(r"-?(0|[1-9]\d*)", text) is not None


def _bounds(low: float, high: float) -> dict[str, Any]:
    lower, upper = widened(low, high)
    return {"min": lower, "max": upper}


def widened(low: float, high: float) -> tuple[float, float]:
    """Round bounds with room for as much again at either end; 0 stays a bound if no value is beyond it."""
    span = (high - low) or abs(high) or 1.0
    lower = 0.0 if low >= 0 else -next_round(span - low)
    if high <= 0 and low < 0:
        return lower, 0.0
    return lower, next_round(high + span)


def figure(value: float) -> str:
    """A number as a person writes it, without powers of ten if possible."""
    return f"{value:,.0f}" if value % 1 == 0 and abs(value) < 1e15 else f"{value:,.6g}"
