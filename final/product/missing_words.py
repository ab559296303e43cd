"""Which words of a table stand for a missing value, and the profiles of its columns without them."""

from collections.abc import Mapping
from dataclasses import replace

from product.column_profile import ColumnProfile

NEVER_A_VALUE = {"N/A", "n/a", "NaN", "nan", "NULL", "null"}


def words(columns: Mapping[str, ColumnProfile]) -> tuple[str, ...]:
    """Words such as NA in a column of numbers anywhere in the table; in text only where they can't be a value."""
    return tuple(sorted(set().union(*map(_of, columns.values()))))


def _of(column: ColumnProfile) -> set[str]:
    found = set(column.words_missing)
    if column.numbers and column.numbers + sum(column.words_missing.values()) == column.present:
        return found
    # NA among words of two letters is Namibia or North America
    codes = all(len(value) <= 2 for value in column.values)
    return found & (NEVER_A_VALUE if codes else NEVER_A_VALUE | {"NA"})


def without(column: ColumnProfile, missing: tuple[str, ...]) -> ColumnProfile:
    """The profile as if those words had been empty cells."""
    found = {word: count for word, count in column.words_missing.items() if word in missing}
    return replace(
        column,
        present=column.present - sum(found.values()),
        values={value: count for value, count in column.values.items() if value not in found},
        words_missing={word: count for word, count in column.words_missing.items() if word not in found},
        written_missing=tuple(found),
    )
