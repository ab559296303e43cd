"""Which words of each column mean a missing value, and the profiles of the columns without them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.base.errors import UserError
from core.draft.column_profile import ColumnProfile
from core.draft.date_profile import DateProfile
from core.draft.missing_words import ALWAYS
from core.draft.sentinels import day

FEW_WORDS = 3  # different ones, each in at least so many cells
MANY_NUMBERS = 30  # different values: fewer may be codes, of which a word is one
Words = dict[str, tuple[str, ...]]


def words(columns: Mapping[str, ColumnProfile], target: str, options: Iterable[str] = ()) -> Words:
    """The words of each column that has some; `options` are those of --missing, COLUMN=WORD.

    Words such as NA mean a missing value among numbers and dates; among other words only those that are never a value.
    A value such as -999 does if it is far from all others, but not in the target.
    """
    more: dict[str, set[str]] = {}
    for option in options:
        name, _, word = option.rpartition("=")
        if name not in columns:
            raise UserError(f"--missing {option}: write COLUMN=WORD, with a column of the table")
        more.setdefault(name, set()).add(word)
    by_numbers = any(
        _is_among(column.numbers.count, column) and "NA" in _candidates(column) for column in columns.values()
    )
    chosen = {name: _of(column, by_numbers) | more.get(name, set()) for name, column in columns.items()}
    for name in columns.keys() - {target}:
        chosen[name] |= _sentinels(columns[name])
    return {name: tuple(sorted(missing)) for name, missing in chosen.items() if missing}


def _candidates(column: ColumnProfile) -> dict[str, int]:
    return column.numbers.missing_words


def _is_among(values: int, column: ColumnProfile) -> bool:
    """Whether every cell is one of these values, numbers or dates, or a word that may mean a missing one."""
    return 0 < values == column.present - sum(_candidates(column).values())


def _of(column: ColumnProfile, na_is_missing: bool) -> set[str]:
    candidates = set(_candidates(column))
    if _is_among(column.numbers.count, column):
        return candidates
    if _is_among(column.dates.count, column):
        return candidates
    if replies := _replies(column):
        return candidates | replies
    others = [value for value in column.values.counts if value not in candidates]
    is_code = all(len(value) <= 2 for value in others)  # NA among codes of two letters is Namibia or North America
    is_region = all(value.isupper() and len(value) <= 5 for value in others)  # beside EMEA and APAC
    never = {"NA"} if is_code or (is_region and not na_is_missing) else set()
    return candidates & {*ALWAYS, "NA"} - never


def _sentinels(column: ColumnProfile) -> set[str]:
    if _is_among(column.numbers.count, column):
        return column.numbers.sentinels.words(column.present)
    if _is_among(column.dates.count, column):
        return column.dates.sentinels.words(column.present)
    return set()


def _replies(column: ColumnProfile) -> set[str]:
    """The few words that stand again and again where a number should be, such as "closed"; empty in other columns."""
    numbers = column.numbers
    words = numbers.other_words
    rest = column.present - sum(_candidates(column).values())
    is_all = numbers.count + sum(words.values()) == rest and numbers.count * 2 >= rest
    is_few = 0 < len(words) <= FEW_WORDS and min(words.values()) >= FEW_WORDS
    return set(words) if is_all and is_few and not column.has_at_most(MANY_NUMBERS) and not numbers.infinite else set()


def without(column: ColumnProfile, missing: tuple[str, ...]) -> ColumnProfile:
    """The profile as if those words had been empty cells."""
    numbers = column.numbers
    counts = {word: _count(column, word) for word in missing}
    removed = {word: count for word, count in counts.items() if count}
    if removed_numbers := sum(numbers.sentinels.count(word) for word in removed):
        kept = [value for value, words in numbers.sentinels.cells.items() if not words.keys() & removed.keys()]
        numbers = replace(
            numbers,
            count=numbers.count - removed_numbers,
            whole=numbers.whole - removed_numbers,
            low=min([numbers.sentinels.low, *kept]),
            high=max([numbers.sentinels.high, *kept]),
        )
    return replace(
        column,
        present=column.present - sum(removed.values()),
        written_missing=removed,
        values=replace(column.values, counts=_left(column.values.counts, removed)),
        numbers=replace(numbers, missing_words=_left(numbers.missing_words, removed)),
        dates=_without_days(column.dates, removed),
    )


def _without_days(dates: DateProfile, removed: Mapping[str, int]) -> DateProfile:
    count = sum(dates.sentinels.count(word) for word in removed)
    if not count:
        return dates
    kept = [value for value, words in dates.sentinels.cells.items() if not words.keys() & removed.keys()]
    others = [value for value in (dates.sentinels.high, *kept) if math.isfinite(value)]
    return replace(
        dates,
        removed=count,
        latest=day(max(others)) if others else "",
        too_late=[cell for cell in dates.too_late if cell[1] not in removed],
    )


def _count(column: ColumnProfile, word: str) -> int:
    """The cells of a column that are this word."""
    numbers = column.numbers
    sentinels = numbers.sentinels.count(word) or column.dates.sentinels.count(word)
    return sentinels or numbers.missing_words.get(word) or column.values.counts.get(word, 0)


def _left(counts: Mapping[str, int], removed: Mapping[str, int]) -> dict[str, int]:
    return {word: count for word, count in counts.items() if word not in removed}
