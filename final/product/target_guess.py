"""The target: its task, its classes, and what makes it useless."""

from typing import Any

from product.column_profile import ColumnProfile
from product.guess import Guess, counter, figure, shown, widened

POSITIVE = ("yes", "true", "1", "1.0", "y", "t", "positive", "pos", "malignant", "churn", "default", "fraud", "bad")
LARGEST, SMALLEST = 1e15, 1e-15  # of a number to predict: models square it in single precision
LEAST_ROWS = 10  # of a class: fewer can't be on every side of a split


def target(profile: ColumnProfile, task: str | None) -> Guess:
    """The guess for the target; its settings are the lines below `target:`."""
    name, rows, present = profile.name, profile.rows, profile.present
    found = Guess(name, "target", f"{present:,} of {rows:,} rows have it")
    if present * 2 < rows:
        found.trouble = f"the target is mostly missing: {rows - present:,} of {rows:,} rows. Fill it, or name another"
        return found
    numeric = 0 < profile.numbers == present
    distinct = len(profile.values) if not profile.overflow else present
    if distinct == 1:
        found.trouble = f"the target has one class, {next(iter(profile.values))!r}: there is nothing to tell apart"
        return found
    classes = profile.values
    kind = task or _task(profile, numeric, len(classes))
    if kind == "regression":
        if not numeric:
            found.trouble = f"the target is no number: {[cell for _, cell in profile.odd]}; task regression needs one"
            return found
        if profile.unique and counter(profile):
            found.trouble = (
                "the target counts the rows: it is an id, and nothing can be learnt of it; name another column"
            )
            return found
        if max(abs(profile.low), abs(profile.high)) > LARGEST or profile.high - profile.low < SMALLEST:
            found.trouble = (
                f"numbers from {figure(profile.low)} to {figure(profile.high)} are too large, or too near each other, "
                "for a model: write them in other units, or their logarithm"
            )
            return found
        low, high = widened(profile.low, profile.high)
        found.settings = {"name": name, "task": kind, "min": low, "max": high}
        found.evidence += f"; numbers from {figure(profile.low)} to {figure(profile.high)}"
        return found
    if profile.numbers >= present * 0.9 and not numeric:
        of = f"{profile.numbers:,} of {present:,}"
        found.trouble = f"mixed types: {of} are numbers, but not {shown(profile.odd)}. Correct them"
        return found
    if (kind == "binary") != (len(classes) == 2):
        found.trouble = f"the target has {len(classes)} classes, which task {kind} is not for: leave --task out"
        return found
    if profile.overflow or len(classes) > 100:
        found.trouble = "the target has too many classes to learn: name another column, or --task regression"
        return found
    return _classes(found, classes, kind)


def _task(profile: ColumnProfile, numeric: bool, distinct: int) -> str:
    if distinct == 2:
        return "binary"
    few = not profile.overflow and distinct <= 15 and distinct * 10 <= profile.present
    return "multiclass" if not numeric or (few and profile.whole == profile.numbers) else "regression"


def _classes(found: Guess, classes: dict[str, int], kind: str) -> Guess:
    bare = {value: " ".join(value.casefold().split()) for value in classes}
    last = {bare[value]: value for value in classes}
    if one := next((value for value in classes if last[bare[value]] != value), None):
        other = last[bare[one]]
        found.trouble = (
            f"classes {one!r} ({classes[one]:,} rows) and {other!r} ({classes[other]:,}) differ by letter case or "
            "spaces alone: write them alike"
        )
        return found
    rare = min(classes, key=lambda value: classes[value])
    if classes[rare] < LEAST_ROWS:
        found.trouble = (
            f"class {rare!r} has {classes[rare]} rows, at least {LEAST_ROWS} are needed: get more of them, merge it "
            "with another class, or remove those rows"
        )
        return found
    values: list[str] = sorted(classes, key=lambda v: (float(v), v) if _numeric(v) else (0.0, v))
    settings: dict[str, Any] = {"name": found.name, "task": kind}
    if kind == "binary":
        positive = next((v for v in values if v.lower() in POSITIVE), rare)
        values = [*(v for v in values if v != positive), positive]
        settings |= {"values": [_as_value(v) for v in values], "positive": _as_value(positive)}
    else:
        settings["values"] = [_as_value(v) for v in values]
    found.settings = settings
    found.evidence += "; " + ", ".join(f"{value} {classes[value]:,}" for value in values[:12])
    return found


def _numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _as_value(text: str) -> str | int:
    """A whole number as such, for it is written alike."""
    return int(text) if text.lstrip("-").isdigit() and str(int(text)) == text else text
