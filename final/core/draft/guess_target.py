"""The target: its task, its classes, and what makes it useless."""

import re
from dataclasses import dataclass
from typing import Any

from core.draft import texts
from core.draft.column_profile import ColumnProfile
from core.draft.examples import shown
from core.draft.guess import Guess
from core.draft.number_column import figure, widened
from core.draft.positive_class import are_numbers, positive_class
from core.draft.word_column import MOST

LARGEST, SMALLEST = 1e15, 1e-15  # of a number to predict: models square it in single precision
MOST_CLASSES = 100
LEAST_ROWS = 10  # of a class: fewer cannot be on every side of a split
RARE = 0.01  # share of the rows of a whole number that makes it the tail of an amount
LEAST_AMOUNTS = 4  # different ones; 0, 1 and 2 are as often classes
CLASS_NAME = re.compile(r"class|type|categor|cluster|code|kind|species|label|group|diagnos", re.IGNORECASE)


def target(profile: ColumnProfile, task: str | None, positive: str | None = None) -> Guess:
    """The guess for the target; its settings are the lines below `target:`. `positive` is that of --positive."""
    guess = Guess(profile.name, "target", f"{profile.present:,} of {profile.rows:,} rows have it")
    missing = profile.rows - profile.present
    if missing > profile.present:
        guess.trouble = f"the target is mostly missing: {missing:,} of {profile.rows:,} rows. Fill it, or name another"
        return guess
    if profile.has_at_most(1):
        value = next(iter(profile.values.counts))
        guess.trouble = f"the target has one class, {value!r}: there is nothing to distinguish"
        return guess
    kind = task or _task(profile)
    if kind == "regression":
        guess.trouble = _trouble_of_numbers(profile) or _trouble_of_positive(profile, kind, positive)
        if not guess.trouble:
            low, high = profile.numbers.low, profile.numbers.high
            lower, upper = widened(low, high)
            guess.settings = {"name": profile.name, "task": kind, "min": lower, "max": upper}
            guess.evidence += f"; numbers from {figure(low)} to {figure(high)}"
        if not guess.trouble and not task and _are_few(profile):
            guess.evidence += ", some of them rare, so they are amounts: --task multiclass takes them for classes"
        return guess
    guess.trouble = _trouble_of_classes(profile, kind) or _trouble_of_positive(profile, kind, positive)
    if not guess.trouble:
        _set_classes(guess, profile.values.counts, kind, positive)
        if kind == "multiclass" and profile.is_numeric:
            guess.evidence += "; --task regression takes these numbers for amounts"
    return guess


def _task(profile: ColumnProfile) -> str:
    distinct = len(profile.values.counts)
    if distinct == 2:
        return "binary"
    if not profile.is_numeric:
        return "multiclass"
    return "multiclass" if _are_few(profile) and not _are_amounts(profile) else "regression"


def _are_few(profile: ColumnProfile) -> bool:
    """Whether the target has so few whole numbers that they could be classes."""
    has_few = profile.has_at_most(15) and len(profile.values.counts) * 10 <= profile.present
    return has_few and profile.is_whole


def _are_amounts(profile: ColumnProfile) -> bool:
    """Whether whole numbers lie close together and some are rare, as the ends of a count or of a grade are."""
    counts = profile.values.counts
    span = profile.numbers.high - profile.numbers.low + 1
    is_close = len(counts) >= LEAST_AMOUNTS and len(counts) * 2 >= span
    has_rare = min(counts.values()) < max(LEAST_ROWS, RARE * profile.present)
    return is_close and has_rare and not CLASS_NAME.search(profile.name)


def _trouble_of_numbers(profile: ColumnProfile) -> str:
    numbers = profile.numbers
    if not profile.is_numeric:
        cells = [cell for _, cell in numbers.odd]
        return f"the target is not a number: {cells}; task regression needs one"
    if profile.unique and profile.counts_rows:
        return "the target counts the rows: it is an id and cannot be learnt; name another column"
    if max(abs(numbers.low), abs(numbers.high)) > LARGEST or numbers.high - numbers.low < SMALLEST:
        return (
            f"numbers from {figure(numbers.low)} to {figure(numbers.high)} are too large, or too near each other, "
            "for a model: write them in other units, or their logarithm"
        )
    return ""


def _trouble_of_classes(profile: ColumnProfile, kind: str) -> str:
    counts = profile.values.counts
    if profile.numbers.count >= profile.present * MOST and not profile.is_numeric:
        share = f"{profile.numbers.count:,} of {profile.present:,}"
        return f"mixed types: {share} are numbers, but not {shown(profile.numbers.odd)}. Correct them"
    if (kind == "binary") != (len(counts) == 2):
        return f"the target has {len(counts)} classes, which does not fit task {kind}: leave --task out"
    if not profile.has_at_most(MOST_CLASSES):
        return "the target has too many classes to learn: name another column, or --task regression"
    if alike := texts.spellings(counts, texts.bare):
        return f"classes {texts.shown(alike, counts)} differ only by letter case or spaces: write them alike"
    rare = min(counts, key=lambda value: counts[value])
    if counts[rare] < LEAST_ROWS:
        rows = "1 row" if counts[rare] == 1 else f"{counts[rare]} rows"
        as_numbers = "predict the numbers as amounts by --task regression, " if profile.is_numeric else ""
        return (
            f"class {rare!r} has {rows}, at least {LEAST_ROWS} are needed: {as_numbers}get more of them, merge it with "
            "another class, or remove those rows"
        )
    return ""


def _trouble_of_positive(profile: ColumnProfile, kind: str, positive: str | None) -> str:
    values = sorted(profile.values.counts, key=_place)
    if positive is not None:
        if kind != "binary":
            return f"--positive is for a target of two classes; task {kind} has none"
        return "" if positive in values else f"--positive {positive}: the classes are {' and '.join(values)}"
    if kind != "binary" or not are_numbers(*values) or positive_class(profile.name, *values):
        return ""
    options = " or ".join(f"--positive {value}" for value in values)
    return f"{' and '.join(values)} do not show which is the class whose probability is of interest: add {options}"


def _set_classes(guess: Guess, counts: dict[str, int], kind: str, asked: str | None) -> None:
    values = sorted(counts, key=_place)
    settings: dict[str, Any] = {"name": guess.name, "task": kind}
    positive = _positive(guess.name, counts, values, asked) if kind == "binary" else None
    if positive is not None:
        values = [*(value for value in values if value != positive.value), positive.value]
    settings["values"] = [_as_value(value) for value in values]
    guess.class_rows = tuple(counts.values())
    guess.settings = settings
    guess.evidence += "; " + ", ".join(f"{value} {counts[value]:,}" for value in values[:12])
    if positive is None:
        return
    settings["positive"] = _as_value(positive.value)
    sentence = f"probabilities are of {positive.value}: {positive.reason}"
    if positive.is_shown:
        guess.evidence += f"; {sentence}"
    else:
        guess.notes.append(f"{sentence}; --positive {values[0]} makes them of {values[0]}")


@dataclass(frozen=True)
class _Positive:
    """The positive class and the reason; `is_shown` by the words or by an option, else it is a note."""

    value: str
    reason: str
    is_shown: bool = True


def _positive(name: str, counts: dict[str, int], values: list[str], asked: str | None) -> _Positive:
    if asked is not None:
        return _Positive(asked, "set by --positive")
    if guessed := positive_class(name, *values):
        return _Positive(*guessed)
    other, rare = sorted(values, key=lambda value: -counts[value])
    reason = "the rarer class" if counts[rare] < counts[other] else "the last of two equally frequent classes"
    return _Positive(rare, reason, is_shown=False)


def _place(text: str) -> tuple[float, str]:
    """Sorts numbers by their value and words by their letters."""
    try:
        return float(text), text
    except ValueError:
        return 0.0, text


def _as_value(text: str) -> str | int:
    """A whole number as a number, if it is written the usual way."""
    is_whole = text.lstrip("-").isdigit() and str(int(text)) == text
    return int(text) if is_whole else text
