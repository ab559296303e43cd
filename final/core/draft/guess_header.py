"""Which line is the header: below titles, comments and `sep=`; and whether a row of units follows it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from core.draft.missing_words import WORDS
from core.source.dates import is_date
from core.source.records import Record

SEP = re.compile(r"sep=.?", re.IGNORECASE)
ROWS_LOOKED_AT = 200
ROWS_FOR_UNITS = 20
MOST_COMMENTS = 10  # one in so many records may be a comment with as many cells as a row
VALUE = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")
NUMBER_LIKE = re.compile(r"[^\w]{0,3}\d[\d\s.,'’%]*\D{0,4}")
BRACKETS = re.compile(r"[(\[<].*[)\]>]|-+")
UNIT = re.compile(
    r"[(\[<].*[)\]>]|%|[$€£¥]|°[CFK]?|(k|m|µ|c|n|d|M)?(g|m|l|s|W|V|A|Pa|J|Hz|mol)([²³]|\^?[23])?|t|lbs?|oz|ft|in|mi|min|h|hrs?|"
    r"days?|years?|months?|weeks?|hours?|minutes?|seconds?|kWh|bar|USD|EUR|GBP|RUB|units?|pcs|count|number|"
    r"(float|int|double|str|string|integer|numeric|bool|varchar|date)\d*|\w+/\w+",
    re.IGNORECASE,
)


@dataclass
class Header:
    """`line` of the header, and what stands around it: lines above, comments, a row of units."""

    line: int = 1
    comment: str = ""
    above: list[Record] = field(default_factory=list)
    units: Record | None = None


def header(start: Sequence[Record], target: str, line: int | None = None) -> Header:
    """The header among the first records of a file, in a line that a person names or by the target's name."""
    filled = [record for record in start if not record.is_blank]
    if not filled:
        return Header()
    width = _usual_width(filled)
    places = [place for place, record in enumerate(filled) if record.line == line]
    place = places[0] if places else _place(filled, width, target)
    line = line or filled[place].line
    below = filled[place + 1 :]
    comments = [record for record in below if _is_comment(record, width)]
    if sum(len(record.cells) == width for record in comments) * MOST_COMMENTS > len(below):
        comments = []  # so many are rows of texts that begin with #
    rows = [record for record in below if record not in comments]
    is_comment_sign = bool(comments) and not any(record.cells[0].startswith("#") for record in rows)
    return Header(line, "#" if is_comment_sign else "", filled[:place], _units(rows, width))


def _usual_width(records: Sequence[Record]) -> int:
    counts = Counter(len(record.cells) for record in records)
    return max(counts, key=lambda width: (counts[width], width))


def _place(records: Sequence[Record], width: int, target: str) -> int:
    """The place of the header among the records that are not blank."""
    for place, record in enumerate(records[:50]):
        if (
            has_name(record, target)
            and len(record.cells) in (width, width - 1)  # one less if the rows have names
            and not _has_rows(records[:place], width)
        ):
            return place
    for place, record in enumerate(records[:50]):
        if len(record.cells) == width and not SEP.fullmatch(record.cells[0]) and not _is_comment(record, width):
            return place
    return 0


def has_name(record: Record, target: str) -> bool:
    return target in (" ".join(cell.strip("\ufeff").split()) for cell in record.cells)


def _has_rows(records: Sequence[Record], width: int) -> bool:
    """Whether rows of values stand among the records above a line that could be the header."""
    full = [record for record in records if len(record.cells) == width and not _is_comment(record, width)]
    return len(full) > 3 or any(sum(_is_number(cell) for cell in record.cells) * 2 > width for record in full)


def _is_comment(record: Record, width: int) -> bool:
    first = record.cells[0]
    return first.startswith("#") and (len(record.cells) != width or first.startswith(("# ", "##")))


def _is_number(cell: str) -> bool:
    return NUMBER_LIKE.fullmatch(cell.strip()) is not None


def _units(rows: Sequence[Record], width: int) -> Record | None:
    """The first row if it has words in all columns that have numbers below."""
    full = [record for record in rows if len(record.cells) == width]
    if len(full) < 4:
        return None
    first, below = full[0], full[1:ROWS_FOR_UNITS]
    numeric: list[str] = []
    others: list[str] = []
    for place in range(width):
        cells = [record.cells[place] for record in below if record.cells[place].strip()]
        is_numeric = bool(cells) and sum(map(_is_number, cells)) >= len(cells) * 0.8
        (numeric if is_numeric else others).append(first.cells[place].strip())
    words = [cell for cell in numeric if cell]
    if not words or any(_is_number(cell) or cell.lower() in WORDS or cell.startswith("#") for cell in words):
        return None
    units = sum(UNIT.fullmatch(cell) is not None for cell in words)
    has_no_values = bool(others) and not any(cell for cell in others if not BRACKETS.fullmatch(cell))
    return first if units * 2 >= len(words) or len(set(words)) > 2 or has_no_values else None


def looks_like_data(name: str) -> bool:
    """Whether the name of a column is a number or a date, so that the first line is a row."""
    return bool(VALUE.fullmatch(name)) or is_date(name)


def is_missing(names: Sequence[str], numeric: int, target: str) -> bool:
    """Whether at least half of the columns with numbers are named by a value, and the names are no series.

    Years and pixels are named by numbers that rise or fall, in a line that has the target's name.
    """
    values = [name for name in names if looks_like_data(name)]
    if not values or len(values) * 2 < numeric:
        return False
    return target not in names or (looks_like_data(target) and not _is_series(values))


def _is_series(names: Sequence[str]) -> bool:
    try:
        numbers = [float(name) for name in names]
    except ValueError:
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    return all(step > 0 for step in steps) or all(step < 0 for step in steps)
