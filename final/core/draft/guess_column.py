"""From the profile of a column to its lines in the product file: a guess with evidence, or trouble with a remedy."""

import datetime
import re
from dataclasses import dataclass, field, replace
from typing import Any

from core.base.rounding import next_round
from core.draft import texts
from core.draft.column_profile import ColumnProfile
from core.draft.date_profile import YEARS_AHEAD
from core.draft.examples import shown
from core.draft.sentinels import day
from core.source.dates import ISO
from core.spec.columns import truth

ID_NAME = re.compile(r"(^|[_ .-])(id|key|uuid|guid|rownames?|index)$|(?<=[a-z])I[dD]$|^id", re.IGNORECASE)
INDEX_NAME = re.compile(r"unnamed: ?0(\.\d+)*|unnamed_1|__index_level_\d+__|level_0|\.\.\.1|_c0", re.IGNORECASE)
ROW_NUMBER = re.compile(
    r"unnamed[_:].*|row[_ .]?(names?|num(ber)?|no|nr)?|index|#|№( ?п/п)?|п/п|nr\.?|no\.|"
    r"s(r|l)?\.? ?no\.?|lfd\.? ?nr\.?|zeile",
    re.IGNORECASE,
)
CODE_NAME = re.compile(r"code|zip|postal|class|type|category|cluster|month|weekday", re.IGNORECASE)
LEFT_OUT = "left out"
WEIGHT = "weight"
LARGEST = 1e38  # models compute in single precision
EXACT = 2.0**53  # above it neighbouring whole numbers are the same float
SOME = 0.1  # share of numbers from which on a column of words is remarkable
SHORT_YEARS_AHEAD = 10  # a later year of two digits may be one of the last century
MOST = 0.9  # share of the cells that make the others look like mistakes
LIKE_AN_ID = "; named like an id, but values repeat: leave it out if rows with the same value are alike"


@dataclass
class Guess:
    """`kind` is a feature's type, id, target, WEIGHT or LEFT_OUT; `settings` are lines of the product file."""

    name: str
    kind: str
    evidence: str
    settings: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    dates: tuple[str, ...] = ()
    class_rows: tuple[int, ...] = ()  # of a target with classes: the rows of each
    notes: list[str] = field(default_factory=list)  # what a person should look at, for stderr

    @property
    def comment(self) -> str:
        """What stands next to the guess in the product file, in one line whatever signs the values have."""
        text = "; ".join([self.evidence, *self.notes])
        return "".join(sign if sign.isprintable() else " " for sign in text)

    @property
    def is_feature(self) -> bool:
        return self.kind not in ("id", "target", WEIGHT, LEFT_OUT)


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
        return _date(profile)
    if profile.is_numeric:
        return _number(profile)
    if not profile.values.overflow and {truth(value) for value in profile.values.counts} == {True, False}:
        return Guess(name, "boolean", f"only {', '.join(sorted(profile.values.counts))}")
    if profile.dates.count == profile.present:
        return _date(profile)
    return _noted(_mistakes(profile) or _category(profile) or _units(profile) or _text(profile), profile)


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
    if kind == "date" and (trouble := _not_dates(profile)):
        return Guess(profile.name, kind, "set by --as", trouble=trouble)
    if kind == "date":
        guess = _date(profile)
        return replace(guess, evidence=f"set by --as; {guess.evidence}", trouble="")
    words = {"words": True} if texts.are_mostly_different(profile.values.counts) else {}
    settings: dict[str, dict[str, Any]] = {
        "category": {"values": sorted(profile.values.counts)},
        "text": {**words, "max_length": 1000},
    }
    return Guess(profile.name, kind, "set by --as", settings.get(kind, {}))


def _number(profile: ColumnProfile) -> Guess:
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


def _not_dates(profile: ColumnProfile) -> str:
    """What is wrong with a column that --as calls a date; empty if every cell is one."""
    if profile.dates.formats() and profile.dates.count == profile.present:
        return ""
    cells = shown(profile.dates.not_days) or ", ".join(map(repr, list(profile.values.counts)[:3]))
    return f"not a date in a form that is recognised: {cells}. Name the form: --as {profile.name}=date:%d.%m.%Y"


def _in_years(years: int) -> str:
    """The first day of the year so many years from now."""
    return f"{datetime.date.today().year + years}-01-01"


def _date(profile: ColumnProfile) -> Guess:
    name, dates = profile.name, profile.dates
    formats = list(dates.formats())
    evidence = f"written as {' and '.join(formats)}"
    if any(form.endswith("%z") for form in formats):
        evidence += ", read as the time on the wall"
    if dates.latest > datetime.date.today().isoformat():
        evidence += f"; up to {dates.latest}, which is to come"
    trouble = ""
    if dates.ambiguous:
        first, second = dates.ambiguous
        trouble = f"day and month could be swapped in every cell: --as {name}=date:{first} or --as {name}=date:{second}"
    if dates.too_late:
        trouble = (
            f"a date more than {YEARS_AHEAD} years in the future: {shown(dates.too_late)}. Correct it, or "
            f"--as {name}=date if it is intended"
        )
    if dates.latest > _in_years(SHORT_YEARS_AHEAD) and any("%y" in form for form in formats):
        trouble = (
            f"years of two digits are read as 1969 to 2068, and then the latest is {dates.latest}: write four digits, "
            f"or --as {name}=date if that is right"
        )
    if dates.has_time:
        evidence += "; the hour is a feature"
    settings = {"time": True} if dates.has_time else {}
    is_plain = formats == [ISO] and not dates.unpadded
    return Guess(name, "date", evidence, settings, trouble, () if is_plain else tuple(formats))


def _mistakes(profile: ColumnProfile) -> Guess | None:
    """Trouble if nearly all cells are numbers, or dates, and the rest look like mistakes."""
    name, numbers, present = profile.name, profile.numbers, profile.present
    if numbers.infinite and numbers.count + numbers.infinite == present:
        trouble = f"not a finite number: {shown(numbers.odd)}. Leave such cells empty, or --as {name}=text"
        return Guess(name, "text", "infinite", trouble=trouble)
    if numbers.count >= present * MOST:
        trouble = (
            f"mixed types: {numbers.count:,} of {present:,} are numbers, but not {shown(numbers.odd)}. "
            f"Correct them, or --as {name}=text"
        )
        return Guess(name, "text", "mixed", trouble=trouble)
    formats = profile.dates.formats()
    if formats and sum(formats.values()) >= present * MOST:
        trouble = (
            f"mixed types: most are dates ({', '.join(formats)}), but not {shown(profile.dates.not_days)}. "
            f"Correct them, or leave such cells empty, or --as {name}=text"
        )
        return Guess(name, "text", "mixed", trouble=trouble)
    return None


def _category(profile: ColumnProfile) -> Guess | None:
    """A category if the values are few and each is frequent."""
    counts = profile.values.counts
    rarest = min(counts.values(), default=0)
    if not profile.has_at_most(30) or rarest < max(5, profile.rows * 0.002):
        return None
    evidence = f"{len(counts)} values, the rarest {rarest:,} times"
    return Guess(profile.name, "category", evidence, {"values": sorted(counts)})


def _units(profile: ColumnProfile) -> Guess | None:
    """Trouble if most cells are numbers with a unit."""
    half = profile.present / 2
    if profile.numbers.with_unit <= half or profile.numbers.count > half:
        return None
    trouble = (
        f"numbers with a unit inside: {shown(profile.numbers.odd)}. Write bare numbers, with the unit in the column's "
        f"name, or --as {profile.name}=text"
    )
    return Guess(profile.name, "text", "numbers with units", trouble=trouble)


def _text(profile: ColumnProfile) -> Guess:
    name, counts = profile.name, profile.values.counts
    max_length = max(50, int(next_round(max(1, 2 * profile.longest))))
    if texts.are_mostly_different(counts) and texts.have_words(counts):
        evidence = "texts, most of them different: the model sees their words"
        return Guess(name, "text", evidence, {"words": True, "max_length": max_length})
    if profile.unique:
        evidence = f"every value is different: an id or a name, nothing to learn from; --as {name}=text takes its words"
        return Guess(name, LEFT_OUT, evidence)
    count = "many" if profile.values.overflow else str(len(counts))
    evidence = f"{count} values, some of them rare: a value that comes later is accepted as new"
    if ID_NAME.search(name):
        evidence += LIKE_AN_ID
    return Guess(name, "text", evidence, {"max_length": max_length})
