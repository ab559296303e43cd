"""Columns of days, with or without a time: which formats they have, and what they say."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from core.spec.date_forms import (
    ENGLISH,
    FIRST_DAY,
    HAS_WORDS,
    LETTER,
    NUMBERS,
    OFFSET,
    OTHERS,
    WEEKDAY,
    WORDS,
    day_of,
    without_offset,
)

AMERICAN, BRITISH = "%m/%d/%Y", "%d/%m/%Y"
ISO = "%Y-%m-%d"
COMPACT = "%Y%m%d"
# a day with Y for four digits, 9 for one or two, b for a month's name, and D for 20200229 -> its formats
DAYS = {
    "Y-9-9": (ISO,),
    "Y/9/9": ("%Y/%m/%d",),
    "Y.9.9": ("%Y.%m.%d",),
    "9.9.Y": ("%d.%m.%Y",),
    "9/9/Y": (AMERICAN, BRITISH),
    "9-9-Y": ("%m-%d-%Y", "%d-%m-%Y"),
    "9.9.9": ("%d.%m.%y",),
    "9/9/9": ("%m/%d/%y", "%d/%m/%y"),
    "9-b-Y": ("%d-%b-%Y",),
    "9-b-9": ("%d-%b-%y",),
    "9 b Y": ("%d %b %Y",),
    "9. b Y": ("%d. %b %Y",),
    "b 9 Y": ("%b %d %Y",),
    "b 9, Y": ("%b %d, %Y",),
    "Y-9": ("%Y-%m",),
    "9/Y": ("%m/%Y",),
    "b Y": ("%b %Y",),
    "D": (COMPACT,),
}
CLOCK = r"(?P<between>@| |, )9:9(?P<seconds>:9)?(?P<half> h)?(?P<offset>~)?"
EIGHT_DIGITS = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
SHAPE = (
    (r"(\d)T(\d)", r"\1@\2"),
    (OFFSET, r"\1~"),
    (rf"\b{EIGHT_DIGITS}\b", "D"),
    (r"\b\d{4}\b", "Y"),
    (r"\b\d{1,2}\b", "9"),
    (r"(?i) [ap]m\b", " h"),
    (rf"(?i)\b(?:{'|'.join(ENGLISH)})\b", "b"),
)
PADDED = ((r"\b(\d)\b", r"0\1"), (r"T(\d):", r"T0\1:"))
NAMES = "|".join([*ENGLISH, *(start for starts in OTHERS.values() for start in starts)])
START = (
    rf"(?i)^(?:{WEEKDAY})?(?:\d{{1,4}}[-./ ](?:\d{{1,4}}|{NAMES})"  # 2020-02, 3 March
    rf"|{EIGHT_DIGITS}\b"
    rf"|\d{{1,2}}(?:\. |[a-z]{{2}} )(?:{NAMES})|(?:{NAMES}){LETTER}*[.,]? \d)"  # 3. March, 3rd March, March 3
)
STARTS_AS_DAY = re.compile(START)


def readable(column: pa.Array) -> pa.Array:
    """Without fractions of a second, and with months, am and pm as the formats have them."""
    has_words = pc.any(pc.match_substring_regex(column, HAS_WORDS)).as_py()
    return _replaced(column, (*NUMBERS, *WORDS) if has_words else NUMBERS)


def shapes(column: pa.Array) -> pa.Array:
    """Of each cell of a readable column its shape, such as 9.9.Y 9:9."""
    return _replaced(column, SHAPE)


def _replaced(column: pa.Array, steps: tuple[tuple[str, str], ...]) -> pa.Array:
    for pattern, replacement in steps:
        column = pc.replace_substring_regex(column, pattern, replacement)
    return column


def formats_of(shape: str) -> list[str]:
    """The formats of days with this shape, the likelier first; none if it is no day."""
    for day, forms in DAYS.items():
        if shape == day:
            return list(forms)
        clock = re.fullmatch(CLOCK, shape.removeprefix(day)) if shape.startswith(day) else None
        if clock is not None:
            return [form + _clock(clock) for form in forms]
    return []


def _clock(parts: re.Match[str]) -> str:
    hour = "%I" if parts["half"] else "%H"
    between = "T" if parts["between"] == "@" else parts["between"]
    ends = ((parts["seconds"], ":%S"), (parts["half"], " %p"), (parts["offset"], "%z"))
    return f"{between}{hour}:%M" + "".join(directive for part, directive in ends if part)


def compact_dates(column: pa.Array) -> bool:
    """Whether the first cells, of which none is missing, are all written like 20200229."""
    return bool(pc.all(pc.match_substring_regex(column.slice(0, 50), rf"^{EIGHT_DIGITS}$")).as_py())


def formats_like(text: str) -> list[str]:
    """The formats that one text may have; none if it is no day."""
    if not STARTS_AS_DAY.match(text):
        return []
    return formats_of(shapes(readable(pa.array([text], pa.string())))[0].as_py())


def is_date(text: str) -> bool:
    """Whether one text is written like a day, with its day of the month."""
    forms = formats_like(text)
    column = readable(pa.array([text] if forms else [], pa.string()))
    return any(not day_of(form) and times(column, form).null_count == 0 for form in forms)


def twin(form: str) -> str | None:
    """The format with day and month swapped, if both are numbers and could be either."""
    american = re.match(r"%([dm])([/-])%([dm])(?=\2)", form)
    return None if american is None else f"%{american[3]}{american[2]}%{american[1]}" + form[american.end() :]


def moments(column: pa.Array, formats: tuple[str, ...]) -> pa.Array:
    """The times of a column in any of the formats; null if a cell has none of them."""
    text = readable(column)
    return pc.coalesce(*(times(text, form) for form in formats))


def times(column: pa.Array, form: str) -> pa.Array:
    """The times of a readable column in one format; null if a cell has another format, or is not a day.

    Arrow parses 30 February as 2 March, so each time is formatted again and compared.
    """
    form, has_offset = without_offset(form)
    if has_offset:
        ends_in_offset = pc.match_substring_regex(column, OFFSET)
        column = pc.if_else(ends_in_offset, pc.replace_substring_regex(column, OFFSET, r"\1"), None)
    if day := day_of(form):
        column = pc.binary_join_element_wise(column, day, "")
        form += FIRST_DAY
    parsed = pc.strptime(column, format=form, unit="s", error_is_null=True)
    padded = column if form.startswith("%d.%m.%y") else _replaced(column, PADDED)  # 1.2.3 is a version, not a day
    is_same = pc.equal(pc.utf8_lower(pc.strftime(parsed, format=form)), pc.utf8_lower(padded))
    return pc.if_else(is_same, parsed, None)
