"""Decides how the numbers of a table are written, by the evidence of each column and of the whole file."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.base.errors import UserError
from core.draft.column_profile import ColumnProfile
from core.draft.examples import shown
from core.draft.written_numbers import WrittenNumbers

NUMERIC = 0.9  # share of numbers, missing words aside, from which on a column is one of numbers
MANY = 20  # numbers that all have three decimals by chance in one column of eight
SAME_UNIT = {"eur": "€", "usd": "$", "us$": "$", "gbp": "£", "руб.": "руб", "р.": "руб", "₽": "руб"}

Columns = Mapping[str, ColumnProfile]


@dataclass
class Marks:
    """`settings` are options of the source, and `numbers` the columns that are read by them."""

    settings: dict[str, Any] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)


def marks(columns: Columns, delimiter: str, thousands: str | None, table: str, forced: Collection[str] = ()) -> Marks:
    """How the numbers of these columns are written; `thousands` is what --thousands says. Raises UserError.

    `forced` are columns that --as calls numbers.
    """
    written = {
        name: column.numbers.written for name, column in columns.items() if name in forced or is_of_numbers(column)
    }
    trouble: list[str] = []
    usual, is_certain = _of_file(written.values(), thousands)
    file_decimal = usual if is_certain else None
    decimals: dict[str, str] = {}
    for name, evidence in written.items():
        decimal = _decimal(evidence, file_decimal, delimiter, thousands)
        if decimal is None:
            trouble.append(_question(name, evidence, file_decimal))
        else:
            decimals[name] = decimal
    result = Marks(numbers={name for name in decimals if written[name].odd or decimals[name] == ","})
    for name in result.numbers:
        trouble += _trouble_of_units(name, columns[name])
    if trouble:
        raise UserError(f"{table}: these numbers can be read in two ways:\n" + "\n".join(trouble))
    result.numbers |= {name for name in decimals if written[name].either_point and decimals[name] == ","}
    result.settings = _settings(written, decimals, result.numbers, usual)
    return result


def is_of_numbers(column: ColumnProfile) -> bool:
    """Whether most cells are numbers, in whatever form, missing words aside."""
    numbers = column.numbers
    written = numbers.written
    present = column.present - sum(numbers.missing_words.values())
    odd = 0 if _has_grades(written) else written.odd
    return 0 < present * NUMERIC <= written.plain + odd


def _has_grades(written: WrittenNumbers) -> bool:
    """Whether a sign at the end is part of a grade, as in 2- and 3+."""
    return written.grades > 0 and written.grades >= written.signed


def _of_file(written: Collection[WrittenNumbers], thousands: str | None) -> tuple[str, bool]:
    """The decimal mark of most columns that leave no doubt, and whether all of them agree."""
    if thousands in (".", ","):
        return "," if thousands == "." else ".", True
    points = sum(evidence.point > evidence.comma for evidence in written)
    commas = sum(evidence.comma > evidence.point for evidence in written)
    return "," if commas > points else ".", (points == 0) != (commas == 0)


def _decimal(written: WrittenNumbers, of_file: str | None, delimiter: str, thousands: str | None) -> str | None:
    """The decimal mark of a column; None if both are possible."""
    if written.point or written.comma:
        decimal = "." if written.point >= written.comma else ","
        is_rare = max(written.point, written.comma) * MANY < written.either_point and written.small
        return None if is_rare and decimal == "." and thousands is None else decimal
    if written.either_point and written.either_comma:
        return None
    mark = "." if written.either_point else ","
    count = written.either_point + written.either_comma
    if not count:
        return of_file or "."
    if thousands is not None:
        return of_file if thousands in (".", ",") else mark
    if of_file is not None and of_file != mark:
        return None if written.large else of_file
    if written.large > 1:
        return mark  # numbers from 1,000 on are written without marks
    if of_file == mark:
        return None if count >= MANY and written.small * MANY >= count else mark
    return "." if mark == delimiter == "," else None


def _question(name: str, written: WrittenNumbers, of_file: str | None) -> str:
    mark = "." if written.either_point else ","
    cells = written.example["either_point"] or written.example["either_comma"]
    bare = cells[0][1].replace(mark, "")
    count = written.either_point + written.either_comma
    evidence = f"{count:,} cells have three digits after a {mark!r} and {written.small:,} are whole numbers below 1,000"
    if written.large:
        evidence += f", {written.large:,} larger ones have no mark"
    of_others = "the other columns do not show which mark is decimal"
    if of_file is not None:
        of_others = f"other columns have {of_file!r} as decimal mark"
    return (
        f"  {name}: {shown(cells)} may be {bare} or a number with three decimals: {evidence}; {of_others}. "
        f"--thousands {mark!r} reads {bare}, --thousands none reads decimals; or --as {name}=text"
    )


def _trouble_of_units(name: str, column: ColumnProfile) -> list[str]:
    """A line if the numbers have different units, or percents beside shares."""
    written = column.numbers.written
    kinds = {SAME_UNIT.get(unit.lower(), unit.lower()) for unit in written.units}
    if len(kinds) > 1:
        counts = ", ".join(f"{unit} ({count:,} cells)" for unit, count in written.units.most_common(5))
        return [f"  {name}: numbers with different units: {counts}. Convert them to one, or --as {name}=text"]
    highest = max(abs(column.numbers.low), abs(column.numbers.high))
    if "%" in kinds and written.plain and highest <= 1 < written.percent_high:
        cells = shown(written.example["odd"])
        return [
            f"  {name}: {written.plain:,} numbers without a unit are at most {highest:g}, those with % reach "
            f"{written.percent_high:g}, as {cells}: write all of them as percents or as shares, or --as {name}=text"
        ]
    return []


def _settings(
    written: Mapping[str, WrittenNumbers], decimals: Mapping[str, str], numbers: Collection[str], of_file: str
) -> dict[str, Any]:
    """The options of the source that read these columns."""
    read = {name: written[name] for name in written if name in numbers}
    marked = {name: decimals[name] for name in decimals if written[name].marked}
    counts = Counter([of_file, *marked.values()] if len(set(marked.values())) > 1 else marked.values())
    decimal = counts.most_common(1)[0][0] if counts else of_file
    settings: dict[str, Any] = {
        "decimal": decimal,
        "thousands": _thousands(read, decimals),
        "units": {name: tuple(sorted(evidence.units)) for name, evidence in read.items() if evidence.units},
        "accounting": tuple(name for name, evidence in read.items() if evidence.signed and not _has_grades(evidence)),
    }
    settings["decimals"] = {name: mark for name, mark in marked.items() if mark != decimal}
    return settings


def _thousands(read: Mapping[str, WrittenNumbers], decimals: Mapping[str, str]) -> str:
    """The mark between thousands; a point or a comma before a space, which is understood anyway."""
    for name, evidence in read.items():
        if decimals[name] == "," and (evidence.with_point or evidence.either_point):
            return "."
        if decimals[name] == "." and evidence.with_comma:
            return ","
    if any(evidence.spaced for evidence in read.values()):
        return " "
    return "'" if any(evidence.quoted for evidence in read.values()) else ""
