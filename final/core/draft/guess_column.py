"""From the profile of a column to its lines in the product file: a guess with evidence, or trouble with a remedy."""

import re
from dataclasses import replace
from typing import Any

from core.draft import texts
from core.draft.column_profile import ColumnProfile
from core.draft.date_column import guess_date, not_dates
from core.draft.examples import shown
from core.draft.guess import ID_NAME, LEFT_OUT, Guess
from core.draft.number_column import figure, guess_number
from core.draft.sentinels import day
from core.draft.word_column import guess_category, guess_mistakes, guess_text, guess_units
from core.spec.columns import truth

INDEX_NAME = re.compile(r"unnamed: ?0(\.\d+)*|unnamed_1|__index_level_\d+__|level_0|\.\.\.1|_c0", re.IGNORECASE)
ROW_NUMBER = re.compile(
    r"unnamed[_:].*|row[_ .]?(names?|num(ber)?|no|nr)?|index|#|№( ?п/п)?|п/п|nr\.?|no\.|"
    r"s(r|l)?\.? ?no\.?|lfd\.? ?nr\.?|zeile",
    re.IGNORECASE,
)
SOME = 0.1  # share of numbers from which on a column of words is remarkable


def column(profile: ColumnProfile, forced: str | None = None) -> Guess:
    """The guess for a column that is not the target; `forced` is the type that --as names, date:FORM with a form."""
    guess = _guess(profile, forced)
    missing = profile.rows - profile.present
    if guess.is_feature and missing:
        guess.settings["nullable"] = True
        guess.evidence += f"; {missing:,} of {profile.rows:,} missing{_written(profile)}"
    guess.notes += notes_of_sentinels(profile, guess.kind)
    if guess.is_feature and profile.read_from:
        guess.evidence += f"; written like {shown(profile.read_from)}"
    if words := profile.numbers.other_words.keys() & profile.written_missing.keys():
        listed = ", ".join(f"{word!r} ({profile.written_missing[word]:,} cells)" for word in sorted(words))
        guess.notes.append(f"{listed} among numbers counted as missing; --as {profile.name}=text keeps the words")
    if guess.kind in ("category", "text"):
        for word, count in profile.numbers.missing_words.items():
            guess.evidence += f"; {word!r} ({count:,} cells) is a value"
    _add_spellings(guess, profile)
    return guess


def notes_of_sentinels(profile: ColumnProfile, kind: str) -> list[str]:
    """A line for each value such as -999 that stands apart from the others of a column."""
    if kind == "date":
        sentinels, shown_as = profile.dates.sentinels, day
    elif kind in ("number", "integer", "target") and profile.is_numeric:
        sentinels, shown_as = profile.numbers.sentinels, figure
    else:
        return []
    lines = []
    for value in sentinels.apart(profile.rows):
        cells = sentinels.cells[value]
        word = next(iter(cells))
        others = f"{shown_as(sentinels.low)} to {shown_as(sentinels.high)}"
        line = f"{word} in {cells.total():,} of {profile.rows:,} rows is far from the others, {others}"
        remedy = f"if it means a missing value, --missing '{profile.name}={word}'"
        if word in profile.written_missing:
            remedy = "counted as missing; to keep it, take it out of source.missing"
        lines.append(f"{line}: {remedy}")
    return lines


def _written(profile: ColumnProfile) -> str:
    """The words for a missing value, each with its count if they are several."""
    counts = profile.written_missing
    if not counts:
        return ""
    if len(counts) == 1:
        return f", written {next(iter(counts))}"
    return f", written {' or '.join(f'{word} ({count:,})' for word, count in counts.items())}"


def _add_spellings(guess: Guess, profile: ColumnProfile) -> None:
    """Name the values of a category or code that are probably one value in several spellings."""
    counts = profile.values.counts
    if guess.kind not in ("category", "text") or guess.settings.get("words"):
        return
    if groups := texts.spellings(counts):
        guess.notes.append(
            f"{texts.shown(groups, counts)} differ only by letter case, spaces or spelling: write them alike in the "
            "table, or each stays a value of its own"
        )


def _guess(profile: ColumnProfile, forced: str | None) -> Guess:
    name = profile.name
    if profile.present == 0:
        return Guess(name, LEFT_OUT, "empty: not one value")
    if profile.has_at_most(1):
        return Guess(name, LEFT_OUT, f"constant: every value is {next(iter(profile.values.counts))!r}")
    if forced:
        return _forced(profile, forced)
    if reason := _index(profile):
        return Guess(name, LEFT_OUT, reason)
    if profile.unique and ID_NAME.search(name):
        return Guess(name, "id", f"{profile.rows:,} different values, none missing")
    if profile.is_compact_date:
        return guess_date(profile)
    if profile.is_numeric:
        return guess_number(profile)
    if not profile.values.overflow and {truth(value) for value in profile.values.counts} == {True, False}:
        return Guess(name, "boolean", f"only {', '.join(sorted(profile.values.counts))}")
    if profile.dates.count == profile.present:
        return guess_date(profile)
    return _noted(
        guess_mistakes(profile) or guess_category(profile) or guess_units(profile) or guess_text(profile), profile
    )


def _noted(guess: Guess, profile: ColumnProfile) -> Guess:
    """The guess of a column of words, with a note if some of its cells are numbers."""
    numbers = profile.numbers.written.plain + profile.numbers.written.odd
    if numbers >= profile.present * SOME and profile.numbers.odd and not guess.trouble:
        guess.notes.append(
            f"{numbers:,} of {profile.present:,} cells are numbers, but not {shown(profile.numbers.odd)}, so all are "
            f"read as words; if such a word means a missing number, --missing '{profile.name}=WORD'"
        )
    return guess


def _index(profile: ColumnProfile) -> str:
    """The evidence that a column is the index of a saved table, or counts its rows; empty if it does not."""
    name, numbers = profile.name, profile.numbers
    is_whole = profile.is_numeric and profile.is_whole
    remedy = f"; --as '{name}=integer' makes it a feature"
    if is_whole and profile.unique and profile.counts_rows and (ROW_NUMBER.fullmatch(name) or not ID_NAME.search(name)):
        return f"row numbers: it counts the rows, {figure(numbers.low)} to {figure(numbers.high)}{remedy}"
    if is_whole and (INDEX_NAME.fullmatch(name) or (ROW_NUMBER.fullmatch(name) and profile.unique)):
        return f"row numbers: an index by its name, {figure(numbers.low)} to {figure(numbers.high)}{remedy}"
    if ROW_NUMBER.fullmatch(name) and profile.unique:
        return "names of rows, every one different: an index by its name"
    return ""


def _forced(profile: ColumnProfile, kind: str) -> Guess:
    if kind.startswith("date:"):
        return Guess(profile.name, "date", "set by --as", dates=(kind.removeprefix("date:"),))
    if kind == "date" and (trouble := not_dates(profile)):
        return Guess(profile.name, kind, "set by --as", trouble=trouble)
    if kind == "date":
        guess = guess_date(profile)
        return replace(guess, evidence=f"set by --as; {guess.evidence}", trouble="")
    words = {"words": True} if texts.are_mostly_different(profile.values.counts) else {}
    settings: dict[str, dict[str, Any]] = {
        "category": {"values": sorted(profile.values.counts)},
        "text": {**words, "max_length": 1000},
    }
    return Guess(profile.name, kind, "set by --as", settings.get(kind, {}))
