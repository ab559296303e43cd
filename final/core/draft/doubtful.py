"""Columns that are read as they stand, though a person would take them for something else: a note for each."""

import datetime
import re
from collections.abc import Iterator

from core.draft.column_profile import ColumnProfile
from core.draft.guess import LEFT_OUT, Guess

MOMENT = re.compile(r"(?i:(^|[_ .-])(at|day|ts|datum|zeit|дата|время)$|date|time)|[a-z]At$")
CLOCK = re.compile(r"-?\d{1,4}:[0-5]\d(:[0-5]\d([.,]\d+)?)?")
MANY = 10  # values from which on a range means something
EPOCH = datetime.datetime(1970, 1, 1)
SINCE = {  # how a moment is counted: the unit in seconds, and the day of 0
    "days since 1900, as spreadsheets count": (86_400.0, datetime.datetime(1899, 12, 30)),
    "seconds since 1970": (1.0, EPOCH),
    "milliseconds since 1970": (1e-3, EPOCH),
    "microseconds since 1970": (1e-6, EPOCH),
    "nanoseconds since 1970": (1e-9, EPOCH),
}
FROM, TO = datetime.datetime(1990, 1, 1), datetime.datetime(2050, 1, 1)


def notes(profile: ColumnProfile, guess: Guess) -> Iterator[str]:
    """A sentence for each doubt about the guess for a column."""
    if guess.kind in ("integer", "number"):
        yield from _moments(profile)
    if guess.kind in ("category", "text", "target"):
        yield from _spaces(profile)
    if guess.kind in ("category", "text", LEFT_OUT) and not guess.evidence.startswith("set by"):
        yield from _clocks(profile)


def _moments(profile: ColumnProfile) -> Iterator[str]:
    """Numbers that count the time, by the column's name and their range."""
    if not MOMENT.search(profile.name) or profile.has_at_most(MANY):
        return
    for since, (unit, start) in SINCE.items():
        low, high = (_moment(value, unit, start) for value in (profile.numbers.low, profile.numbers.high))
        if low is not None and high is not None:
            yield (
                f"by its name these may be {since}, {low} to {high}: read as plain numbers, so rows are not split by "
                "time and the model sees no weekday; write them as dates such as 2020-02-29 12:00"
            )


def _moment(value: float, unit: float, start: datetime.datetime) -> str | None:
    """The day of a count; None if it is far from today."""
    seconds = value * unit
    if not (FROM - start).total_seconds() <= seconds <= (TO - start).total_seconds():
        return None
    return (start + datetime.timedelta(seconds=seconds)).date().isoformat()


def _clocks(profile: ColumnProfile) -> Iterator[str]:
    """Times of the day, and durations."""
    values = list(profile.values.counts)
    if len(values) > 1 and all(map(CLOCK.fullmatch, values)):
        yield (
            f"times such as {values[0]!r} are read as words: write them as a number, of hours or seconds, if the model "
            "is to learn from them"
        )


def _spaces(profile: ColumnProfile) -> Iterator[str]:
    """Values with spaces around them."""
    counts = profile.values.counts
    spaced = [value for value in counts if value != value.strip()]
    if spaced:
        cells = sum(counts[value] for value in spaced)
        yield (
            f"{cells:,} cells begin or end with a space, such as {spaced[0]!r}: it is a part of the value, and clients "
            "have to write it too"
        )
