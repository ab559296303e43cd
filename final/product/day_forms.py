"""The ways to write a day, with a time or without, that tables are known to use."""

import pyarrow as pa
import pyarrow.compute as pc

AMERICAN, BRITISH = "%m/%d/%Y", "%d/%m/%Y"
ISO = "%Y-%m-%d"
MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
DAYS = {
    ISO: r"\d{4}-\d{1,2}-\d{1,2}",
    "%Y/%m/%d": r"\d{4}/\d{1,2}/\d{1,2}",
    "%d.%m.%Y": r"\d{1,2}\.\d{1,2}\.\d{4}",
    AMERICAN: r"\d{1,2}/\d{1,2}/\d{4}",
    BRITISH: r"\d{1,2}/\d{1,2}/\d{4}",
    "%d-%b-%Y": rf"\d{{1,2}}-{MONTH}-\d{{4}}",
    "%d %b %Y": rf"\d{{1,2}} {MONTH} \d{{4}}",
    "%b %d %Y": rf"{MONTH} \d{{1,2}} \d{{4}}",
    "%b %d, %Y": rf"{MONTH} \d{{1,2}}, \d{{4}}",
}
TIMES = {
    "": "",
    " %H:%M:%S": r" \d{1,2}:\d{2}:\d{2}",
    " %H:%M": r" \d{1,2}:\d{2}",
    "T%H:%M:%S": r"T\d{2}:\d{2}:\d{2}",
    "T%H:%M:%SZ": r"T\d{2}:\d{2}:\d{2}Z",
}
# of two forms that both fit, the earlier is taken
FORMATS = {day + time: f"^{written}{clock}$" for time, clock in TIMES.items() for day, written in DAYS.items()}
PATTERNS = {pattern: [form for form in FORMATS if FORMATS[form] == pattern] for pattern in FORMATS.values()}
START = rf"^(?:\d{{1,4}}[-./ ](?:\d{{1,2}}|{MONTH})[-./ ]\d{{1,4}}|{MONTH} \d)"


def whole_seconds(column: pa.Array) -> pa.Array:
    """Without the fractions of a second, which no form has."""
    return pc.replace_substring_regex(column, r"(:\d{2}:\d{2})\.\d+(Z?)$", r"\1\2")


def times(column: pa.Array, form: str) -> pa.Array:
    """Times by a form, null where a cell is written otherwise, or is no day: Arrow takes 30 February for 2 March."""
    found = pc.strptime(column, format=form, unit="s", error_is_null=True)
    padded = pc.replace_substring_regex(column, r"\b(\d)\b", r"0\1")
    return pc.if_else(pc.equal(pc.strftime(found, format=form), padded), found, None)
