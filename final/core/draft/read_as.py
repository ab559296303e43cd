"""How a text file is read, in one line that a person can compare with what an editor shows."""

from itertools import islice
from pathlib import Path

from core.source.compressed import Utf8
from core.spec.source import Source

MOST = 100  # characters of the sample
SAMPLE = 1 << 16
QUOTES = {
    "doubled": "",
    "backslash": ', a quote in quotes written \\" (--quotes names another way)',
    "spaced": ", quotes after a space (--quotes names another way)",
    "none": ", quotes are letters (--quotes names another way)",
}


def read_as(source: Source, path: Path) -> str:
    """Encoding, delimiter and marks, with a line of the file. Raises TableError."""
    file = Utf8(path, source.encoding)
    try:
        lines = file.read(SAMPLE).decode(errors="ignore").splitlines()
    finally:
        file.close()
    sample = _sample(lines[max(1, source.header) :])
    guessed = "" if source.encoding.startswith("utf") else " (--encoding names another)"
    delimiter = "tab" if source.delimiter == "\t" else repr(source.delimiter)
    thousands = repr(source.thousands) if source.thousands else "none"
    quotes = QUOTES[source.quotes]
    return (
        f"read as {source.encoding}{guessed}, delimiter {delimiter}, decimal mark {source.decimal!r}, "
        f"thousands mark {thousands}{quotes}: {sample!r}"
    )


def _sample(lines: list[str]) -> str:
    """The first row with letters beyond ASCII, or else the first row."""
    rows = list(islice((line for line in lines if line.strip()), 1000))
    row = next((line for line in rows if not line.isascii()), rows[0] if rows else "")
    return row if len(row) <= MOST else row[:MOST] + " ..."
