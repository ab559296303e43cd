"""How days and times are written: the same steps read a column of a table and a single value of a request.

A time is the one on the wall: its offset (Z, +01:00) is read over, so that 00:30+01:00 stays half past midnight.
"""

import re
from collections.abc import Sequence
from datetime import datetime

ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# how months of other languages start, where it is not as in English; the longer start first
OTHERS = {
    "Jan": ("янв", "ene", "gen"),
    "Feb": ("фев", "fév", "fev"),
    "Mar": ("märz", "mär", "mrz", "мар"),
    "Apr": ("апр", "avr", "abr"),
    "May": ("mai", "мая", "май", "mag"),
    "Jun": ("juin", "июн", "giu"),
    "Jul": ("juil", "июл", "lug"),
    "Aug": ("авг", "aoû", "ago"),
    "Sep": ("сен", "set"),
    "Oct": ("okt", "окт", "out", "ott"),
    "Nov": ("ноя",),
    "Dec": ("dez", "дек", "déc", "dic"),
}
LETTER = "[a-zäöüéûа-яё]"
WEEKDAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]? "
OFFSET = r"(:\d{2}(?: [ap]m)?) ?(?:Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)$"
# pattern and replacement, in an order; understood alike by re and by Arrow's RE2
NUMBERS = ((r"(:\d{2}:\d{2})[.,]\d+", r"\1"),)
WORDS = (
    (r"(?i)(\d) ?([ap])\.?m\b\.?", r"\1 \2m"),
    (rf"(?i)^{WEEKDAY}", ""),
    (r"(?i)\b(\d{1,2})(?:st|nd|rd|th)\b", r"\1"),
    *((rf"(?i)(^|[^a-zäöüа-яё])(?:{'|'.join(starts)}){LETTER}*\.?", rf"\1{name}") for name, starts in OTHERS.items()),
    (rf"(?i)\b({'|'.join(ENGLISH)})[a-z]*\.?", r"\1"),
)
FIRST_DAY = " %d"
HAS_WORDS = rf"(?i){LETTER}{{2}}"


def moment(text: str, forms: Sequence[str]) -> datetime | None:
    """The time of one value in any of the forms; None if it has none of them."""
    steps = (*NUMBERS, *WORDS) if re.search(HAS_WORDS, text) else NUMBERS
    for pattern, replacement in steps:
        text = re.sub(pattern, replacement, text)
    for form in forms:
        bare, has_offset = without_offset(form)
        digits = re.sub(OFFSET, r"\1", text) if has_offset else text
        if first := day_of(bare):
            digits += first
            bare += FIRST_DAY
        try:
            return datetime.strptime(digits, bare)
        except ValueError:
            continue
    return None


def day_of(form: str) -> str:
    """What to put after a value whose form names no day, such as 2021-03: the first of the month."""
    return "" if re.search("%[dj]|%D|%F", form) else " 01"


def without_offset(form: str) -> tuple[str, bool]:
    """The form as the steps above leave a value, and whether the value ends in an offset."""
    form = re.sub(r"%[Aa][,.]? ?|[.,]%f", "", form).replace("%B", "%b")
    form = re.sub(r" ?%p", " %p", form)
    bare = re.sub(r" ?(?:%z|%Z|Z)$", "", form)
    return bare, bare != form
