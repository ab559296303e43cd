"""From what the pass found to what the product file says: each guess with its evidence, each trouble with a remedy."""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from product.column_profile import ColumnProfile
from product.day_forms import AMERICAN, BRITISH, FORMATS, ISO, TIMES

ID_NAME = re.compile(r"(^|[_ .-])(id|key|uuid|guid|rownames?|index)$|(?<=[a-z])I[dD]$|^id", re.IGNORECASE)
ROW_NUMBER = re.compile(r"unnamed[_:].*|row[_ .]?(names?|num(ber)?|no)?|index", re.IGNORECASE)
CODE_NAME = re.compile(r"code|zip|postal|class|type|category|cluster|month|weekday", re.IGNORECASE)
TRUTH = ({"yes", "no"}, {"true", "false"})
LEFT_OUT = "left out"
ALIKE = [(AMERICAN + time, BRITISH + time) for time in TIMES]  # month and day, day and month
LARGEST = 1e38  # models count in single precision
EXACT = 2.0**53  # from here on neighbouring whole numbers are one and the same float


@dataclass
class Guess:
    """`kind` is a feature's type, id, target or `left out`; `settings` are lines of the product file."""

    name: str
    kind: str
    evidence: str
    settings: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    dates: tuple[str, ...] = ()


def column(profile: ColumnProfile, forced: str | None = None) -> Guess:
    """The guess for one column that is not the target; `forced` is the type that a person named."""
    found = _plain(profile, forced)
    if found.kind not in (LEFT_OUT, "id") and profile.present < profile.rows:
        found.settings["nullable"] = True
        written = f", written {' or '.join(profile.written_missing)}" if profile.written_missing else ""
        found.evidence += f"; {profile.rows - profile.present:,} of {profile.rows:,} missing{written}"
    return found


def _plain(profile: ColumnProfile, forced: str | None) -> Guess:
    name, values = profile.name, profile.values
    if profile.present == 0:
        return Guess(name, LEFT_OUT, "empty: not one value")
    if not profile.overflow and len(values) == 1:
        return Guess(name, LEFT_OUT, f"constant: every value is {next(iter(values))!r}")
    if forced:
        return _forced(profile, forced)
    if profile.unique and (ID_NAME.search(name) or counter(profile)):
        if ROW_NUMBER.fullmatch(name) and counter(profile):
            return Guess(name, LEFT_OUT, "counts the rows, which says nothing of them")
        return Guess(name, "id", f"{profile.rows:,} different values, none missing")
    if not profile.overflow and {value.lower() for value in values} in TRUTH:
        return Guess(name, "boolean", f"only {', '.join(sorted(values))}")
    if profile.numbers == profile.present:
        return _number(profile)
    if sum(_best_dates(profile).values()) == profile.present:
        return _date(profile)
    return _text(profile)


def _number(profile: ColumnProfile) -> Guess:
    name, whole = profile.name, profile.whole == profile.numbers
    if profile.padded:
        return Guess(name, "text", "codes: digits that start with 0", {"max_length": 50})
    if max(abs(profile.low), abs(profile.high)) > LARGEST:
        trouble = f"numbers too large for a model: {figure(profile.low)} to {figure(profile.high)}. Write other units"
        return Guess(name, "number", "too large", trouble=f"{trouble}, or --ignore {name}")
    if whole and max(abs(profile.low), abs(profile.high)) > EXACT:
        if profile.unique:
            return Guess(
                name, LEFT_OUT, "whole numbers too long to be told apart as numbers, every one different: an id"
            )
        return Guess(name, "text", "codes: whole numbers too long to be told apart as numbers", {"max_length": 50})
    few = not profile.overflow and len(profile.values) <= 12
    if whole and few and CODE_NAME.search(name):
        values = sorted(int(float(v)) for v in profile.values if _is_int(v))
        if len(values) == len(profile.values):
            return Guess(name, "category", f"{len(values)} whole numbers, and the name says a code", {"values": values})
    low, high = widened(profile.low, profile.high)
    kind = "integer" if whole else "number"
    evidence = f"{figure(profile.low)} to {figure(profile.high)}"
    if whole and profile.unique:
        evidence += "; every value is different: if it is an id, leave it out"
    elif whole:
        evidence += _like_an_id(name)
    settings = {"min": int(low), "max": int(high)} if whole else {"min": low, "max": high}
    return Guess(name, kind, evidence, settings)


def figure(value: float) -> str:
    """A number as a person writes it: no powers of ten where they can be avoided."""
    return f"{value:,.0f}" if value % 1 == 0 and abs(value) < 1e15 else f"{value:,.6g}"


def _like_an_id(name: str) -> str:
    """Rows of one customer stand on both sides of the split, so a model that knows customers looks too good."""
    said = "; named like an id, but values come twice: leave it out if its rows are alike"
    return said if ID_NAME.search(name) else ""


def _is_int(text: str) -> bool:
    return re.fullmatch(r"-?(0|[1-9]\d*)", text) is not None


def widened(low: float, high: float) -> tuple[float, float]:
    """A range with room: as much again beyond either end, but not below 0 where nothing was; round numbers."""
    span = (high - low) or abs(high) or 1.0
    return (0.0 if low >= 0 else -_round(-low + span)), (0.0 if high <= 0 and low < 0 else _round(high + span))


def _round(value: float) -> float:
    """Up to the next of 1, 2, 5 times a power of ten."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= value * (1 - 1e-9)))


def _best_dates(profile: ColumnProfile) -> dict[str, int]:
    """The fewest forms that cover the column, of forms that look alike the one that fits more."""
    dates = {form: count for form, count in profile.dates.items() if count}
    for american, british in ALIKE:
        if american in dates and british in dates:
            del dates[british if dates[american] >= dates[british] else american]
    return dates


def _date(profile: ColumnProfile) -> Guess:
    forms = _best_dates(profile)
    both = any(profile.dates[american] == profile.dates[british] > 0 for american, british in ALIKE)
    evidence = f"written as {' and '.join(forms)}" + ("; day and month could be the other way round" if both else "")
    plain = list(forms) == [ISO] and not profile.unpadded
    found = Guess(profile.name, "date", evidence, dates=() if plain else tuple(forms))
    if any("%H" in form for form in forms):
        found.evidence += "; the time of day is dropped"
    if profile.future and profile.past * 2 > profile.present:
        found.trouble = (
            f"a date in the future: {shown(profile.future)}, while {profile.past:,} of {profile.present:,} are past. "
            f"Correct it, or --as {profile.name}=text if it is meant"
        )
    return found


def _text(profile: ColumnProfile) -> Guess:
    name = profile.name
    if profile.infinite and profile.numbers + profile.infinite == profile.present:
        trouble = f"no finite number: {shown(profile.odd)}. Leave such cells empty, or --as {name}=text"
        return Guess(name, "text", "infinite", trouble=trouble)
    if profile.numbers >= profile.present * 0.9:
        trouble = (
            f"mixed types: {profile.numbers:,} of {profile.present:,} are numbers, but not {shown(profile.odd)}. "
            f"Correct them, or --as {name}=text"
        )
        return Guess(name, "text", "mixed", trouble=trouble)
    if sum(profile.dates.values()) > 0 and sum(_best_dates(profile).values()) >= profile.present * 0.9:
        forms = ", ".join(_best_dates(profile))
        trouble = f"mixed types: most are dates ({forms}), but not {shown(profile.no_days)}. Correct them"
        return Guess(name, "text", "mixed", trouble=f"{trouble}, or --as {name}=text")
    few = not profile.overflow and len(profile.values) <= 30
    rarest = min(profile.values.values(), default=0)
    if few and rarest >= max(5, profile.rows * 0.002):
        evidence = f"{len(profile.values)} values, the rarest {rarest:,} times"
        return Guess(name, "category", evidence, {"values": sorted(profile.values)})
    if profile.units > profile.present * 0.5 and not profile.numbers > profile.present * 0.5:
        trouble = (
            f"numbers with a unit inside: {shown(profile.odd)}. Write bare numbers, the unit into the column's name, "
            f"or --as {name}=text"
        )
        return Guess(name, "text", "numbers with units", trouble=trouble)
    if profile.unique:
        return Guess(name, LEFT_OUT, "every value is different: an id or a name, nothing to learn from")
    number = "many" if profile.overflow else str(len(profile.values))
    evidence = f"{number} values, some of them rare: others that come later are taken as new{_like_an_id(name)}"
    return Guess(name, "text", evidence, {"max_length": max(50, int(_round(2 * profile.longest)))})


def _forced(profile: ColumnProfile, kind: str) -> Guess:
    settings: dict[str, Any] = {}
    if kind == "category":
        settings = {"values": sorted(profile.values)}
    if kind == "text":
        settings = {"max_length": 1000}
    return Guess(profile.name, kind, "as you said", settings)


def counter(profile: ColumnProfile) -> bool:
    """1, 2, 3 ... or 0, 1, 2 ...: every whole number once."""
    return profile.whole == profile.rows and profile.low in (0, 1) and profile.high - profile.low == profile.rows - 1


def shown(cells: list[tuple[int, str]]) -> str:
    return ", ".join(f"{cell!r} (line {line})" for line, cell in cells[:3])


def looks_like_data(profile: ColumnProfile) -> bool:
    """A header cell that is a number or a date is a row's, not a name."""
    number = re.fullmatch(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?", profile.name)
    return bool(number) or any(re.match(form, profile.name) for form in FORMATS.values())
