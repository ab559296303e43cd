"""Guesses how a CSV is written from its first half megabyte: encoding, delimiter, decimal mark."""

import csv
import os
import re
from collections import Counter
from pathlib import Path

from core.base.errors import TableError
from core.source import guess_encoding
from core.source.compressed import head
from core.source.records import QuoteError, of_file
from core.spec.source import QUOTES, Source

HEAD = 1 << 19
MOST_MISFITS = 5  # one in so many records may have another number of cells, such as a title
# how files of other kinds start, and the remedy
OTHERS = {
    rb"PAR1": "is Parquet: give it a name that ends in .parquet",
    rb"\xd0\xcf\x11\xe0": "is an old Excel workbook: save its sheet as CSV",
    rb"SQLite format 3": "is a database: use --data sqlite:///ITS/PATH --query 'SELECT ...'",
    rb"\x1f\x8b|BZh|\xfd7zXZ|PK\x03\x04": "is packed twice: unpack it once",
    rb"%PDF": "is a PDF: find the table as CSV",
    rb"(?i)\s*<(!doctype|html|\?xml)": "is a web page or XML, not a table: is the link one to a page about it?",
    rb"\s*[\[{]\s*[\[{\"]": "is JSON: convert it to CSV or Parquet, for example with pandas.read_json",
}


def refuse_other_kinds(path: Path) -> None:
    """Raises TableError if the file is of a known kind that is not text with columns."""
    start = head(path, 64).removeprefix(b"\xef\xbb\xbf")
    for signature, remedy in OTHERS.items():
        if re.match(signature, start):
            raise TableError(f"{path}: {remedy}")


def encoding(path: Path) -> str:
    """The encoding of the file. Raises TableError if several are as likely."""
    start = head(path, HEAD)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if wide := _utf_16(start):
        return wide
    if len(start) == HEAD:
        start = start[: start.rfind(b"\n") + 1] or start  # the last line may be cut inside a letter
    try:
        start.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _legacy(path, start)
    return "utf-8"


def _utf_16(start: bytes) -> str:
    """UTF-16 without a byte order mark: every second byte of its commas and line ends is zero."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) * 20 > max(even, odd) or max(even, odd) * 20 < len(start):
        return ""
    wide = "utf-16-le" if odd > even else "utf-16-be"
    return "" if re.search(r"[\x00-\x08\x0e-\x1f]", start.decode(wide, errors="ignore")) else wide


def _legacy(path: Path, start: bytes) -> str:
    """The encoding of a text that is not Unicode. Raises TableError if it is not certain."""
    likely = guess_encoding.likely(start)
    if not likely:
        raise TableError(f"{path}: is not UTF-8, and no other encoding reads it as words: name its --encoding")
    best = likely[0]
    if len(likely) == 1:
        return guess_encoding.name(best.encoding)
    readings = [f"{guess_encoding.name(best.encoding)} reads {_different(best, likely[1])!r}"]
    readings += [f"{guess_encoding.name(other.encoding)} {_different(other, best)!r}" for other in likely[1:4]]
    raise TableError(
        f"{path}: is not UTF-8, and its encoding is not certain: {', '.join(readings)}. Name the one that reads well, "
        f"such as --encoding {guess_encoding.name(best.encoding)}"
    )


def _different(reading: guess_encoding.Reading, other: guess_encoding.Reading) -> str:
    """A word that the other encoding does not read."""
    theirs = set(other.words)
    return next((word for word in reading.words if word not in theirs), "")


def ends_in_line(path: Path) -> bool:
    """Whether the last line of a text file has a line end; True for other files."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return True
    with path.open("rb") as file:
        file.seek(-2, os.SEEK_END)
        return any(byte in b"\r\n" for byte in file.read())


def delimiter(path: Path, source: Source) -> str:
    """The character that splits most of the first lines into the same number of fields, and into most fields."""
    lines = head(path, HEAD).decode(source.encoding, errors="replace").lstrip("\ufeff").splitlines()[:200]
    lines = [line for line in lines if len(line) < csv.field_size_limit()] or lines[:1]
    if lines and (separator := re.fullmatch(r'"?sep=(.)"?', lines[0], re.IGNORECASE)):
        return separator[1]
    best = ","
    most = 1.0
    for sign in (",", ";", "\t", "|"):
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=sign) if row)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        if width > 1 and width * count / len(lines) > most:
            best = sign
            most = width * count / len(lines)
    return best


def decimal(path: Path, source: Source) -> str:
    """A comma if the delimiter is another character and more cells are like 3,14 than like 3.14."""
    if source.delimiter == ",":
        return "."
    text = head(path, HEAD).decode(source.encoding, errors="replace")
    cells = re.split(rf"[{re.escape(source.delimiter)}\r\n]", text)
    commas = sum(bool(re.fullmatch(r'"?-?\d+,\d+"?', cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r'"?-?\d+\.\d+"?', cell)) for cell in cells)
    return "," if commas > points else "."


def quotes(path: Path, source: Source) -> str:
    """How the whole file writes a quote inside quotes. Raises TableError if it can be read in two ways, or in none."""
    widths: dict[str, list[tuple[int, int]]] = {}
    failure: QuoteError | None = None
    has_escapes = has_escaped_quotes = has_spaces = False
    for kind in QUOTES:
        try:
            for record in of_file(path, source.model_copy(update={"quotes": kind})):
                if not any(cell.strip(' "') for cell in record.cells):
                    continue
                widths.setdefault(kind, []).append((record.line, len(record.cells)))
                if kind == "doubled":
                    has_spaces = has_spaces or any(cell.startswith(' "') for cell in record.cells)
                    has_escaped_quotes = has_escaped_quotes or any('\\"' in cell for cell in record.cells)
                if kind == "none" and not has_escapes:
                    has_escapes = any('\\"' in cell or cell.endswith("\\") for cell in record.cells)
        except QuoteError as error:
            widths.pop(kind, None)
            if kind == "doubled":
                failure = error
    if not has_spaces and failure is None:
        widths.pop("spaced", None)
    if not has_escapes:
        widths.pop("backslash", None)
    misfits = {kind: _misfits(lines) for kind, lines in widths.items()}
    fitting = {kind: len(lines) for kind, lines in misfits.items() if len(lines) * MOST_MISFITS <= len(widths[kind])}
    if failure is not None and "none" in fitting and not _is_explained(failure, widths["none"], misfits["none"]):
        del fitting["none"]
    if not fitting:
        if failure is not None:
            raise failure
        return "doubled"
    if has_spaces and fitting.get("spaced", 1) <= fitting.get("doubled", 0):
        fitting.pop("doubled", None)
    if has_escaped_quotes and fitting.get("backslash", 1) <= fitting.get("doubled", 0):
        fitting.pop("doubled", None)  # a backslash is before quotes and nowhere else
    best = min(fitting, key=lambda kind: (fitting[kind], list(QUOTES).index(kind)))
    for kind, count in fitting.items():
        if kind != best and count <= fitting[best] and len(widths[kind]) != len(widths[best]):
            raise TableError(
                f"{path}: its quotes can be read in two ways, as {len(widths[best]):,} or {len(widths[kind]):,} rows: "
                f"name the right one, --quotes {best} or --quotes {kind}"
            )
    return best


def _is_explained(failure: QuoteError, lines: list[tuple[int, int]], misfits: list[int]) -> bool:
    """Whether a quote without a partner is an ordinary character, and not where the file was cut off."""
    if failure.is_open:
        return failure.line != lines[-1][0] and all(line < failure.line for line in misfits)
    return failure.line not in misfits


def _misfits(lines: list[tuple[int, int]]) -> list[int]:
    """The lines of records with another number of cells than most have; all lines if most have one cell."""
    counts = Counter(width for _, width in lines)
    usual = max(counts, key=lambda width: counts[width], default=1)
    return [line for line, width in lines if width != usual or usual == 1]
