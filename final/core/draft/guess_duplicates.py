"""Repeated rows of a table that is drafted: as many as there are now may be there later."""

import math
from collections.abc import Sequence

from core.draft.guess import LEFT_OUT, Guess
from core.draft.guess_split import Rows, SplitGuess
from core.table.duplicates import copies, pairs, pairs_by_chance


def repeated_rows(rows: Rows, split: SplitGuess) -> tuple[float, str] | None:
    """The share of the rows that repeat an earlier row, rounded up, and a sentence; None if chance explains them.

    It is judged in tables whose rows are all at hand.
    """
    if not rows.head.is_whole:
        return None
    used = [guess.name for guess in rows.guesses if guess.is_feature or guess.name == split.group]
    table = rows.first([*used, rows.target.name])
    table = table[table[rows.target.name].notna()]
    repeated = len(copies(table))
    allowed = pairs_by_chance(table) + (len(table) // 20 if _are_together(rows.guesses, split) else 0)
    if pairs(table) <= allowed:
        return None
    sentence = f"{repeated:,} of {len(table):,} rows repeat an earlier row; a later table may have this share, not more"
    return math.ceil(1000 * repeated / len(table)) / 1000, sentence


def keep_together(guesses: Sequence[Guess], split: SplitGuess) -> None:
    """Leave out the id if it would part equal rows: without it the split hashes the whole row."""
    if _are_together(guesses, split):
        return
    for guess in guesses:
        if guess.kind == "id":
            guess.kind = LEFT_OUT
            guess.evidence += "; no id here: rows repeat under other ids, and are split by a hash of all other columns"


def _are_together(guesses: Sequence[Guess], split: SplitGuess) -> bool:
    """Whether equal rows are on one side of the split."""
    has_id = any(guess.kind == "id" for guess in guesses)
    return not has_id or split.by is not None or split.group is not None
