"""Dates that one column alone does not decide: forms that --as names, and which of two numbers is the month."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from core.draft.column_profile import ColumnProfile
from core.draft.examples import examples, shown
from core.draft.guess import Guess
from core.draft.head import Head
from core.source.dates import moments, twin
from core.spec.source import Source

DAY = 86_400  # seconds


def is_form(form: str) -> bool:
    """Whether a form of strptime gives a day, or at least a month."""
    return bool(re.search("%[yYDF]", form) and re.search("%[mbBjDF]", form))


def agreeing(columns: Mapping[str, ColumnProfile]) -> dict[str, ColumnProfile]:
    """The profiles; a date whose day and month could be swapped is written as the other dates of the file are."""
    decided = {
        _order(form)
        for column in columns.values()
        if column.dates.ambiguous is None
        for form in column.dates.formats()
        if twin(form) is not None
    }
    if len(decided) != 1:
        return dict(columns)
    return {name: _as_decided(column, decided) for name, column in columns.items()}


def _order(form: str) -> str:
    """The first of day and month."""
    return form[:2]


def _as_decided(column: ColumnProfile, decided: set[str]) -> ColumnProfile:
    dates = column.dates
    if dates.ambiguous is None:
        return column
    for form in list(dates.counts):
        if twin(form) is not None and _order(form) not in decided:
            dates = dates.without_form(form)
    return replace(column, dates=dates)


def check_forms(guesses: Sequence[Guess], head: Head, source: Source) -> None:
    """Put the cells that do not have a form of --as into the guess's trouble, and `time` into its settings."""
    for guess in guesses:
        if guess.evidence != "set by --as" or guess.trouble or not guess.dates:
            continue
        column = head.column(guess.name, source.missing_in(guess.name))
        parsed = moments(column, guess.dates)
        wrong = pc.and_(pc.is_valid(column), pc.is_null(parsed))
        if cells := examples(column, wrong, range(2, 2 + len(column)), 2):
            guess.trouble = f"--as {guess.name}=date:{guess.dates[0]}: not of this form: {shown(cells)}"
            continue
        seconds = parsed.drop_null().to_numpy(zero_copy_only=False).astype("datetime64[s]").astype(np.int64) % DAY
        if len(np.unique(seconds)) > 1:
            guess.settings["time"] = True
