"""How a CSV is written, told by its first half megabyte: encoding, delimiter, decimal mark."""

import csv
import os
import re
from collections import Counter
from pathlib import Path

from product.batches import names_of
from product.csv_file import TableError
from product.source_declaration import Source
from product.text_file import head

HEAD = 1 << 19
# how files start that are no CSV, and what to do with them
OTHERS = {
    rb"PAR1": "is Parquet: give it a name that ends in .parquet",
    rb"\xd0\xcf\x11\xe0": "is an old workbook of Excel's: save its sheet as CSV",
    rb"SQLite format 3": "is a database: say --data sqlite:///ITS/PATH --query 'SELECT ...'",
    rb"\x1f\x8b|BZh|\xfd7zXZ|PK\x03\x04": "is packed twice: unpack it once",
    rb"%PDF": "is a PDF: find the table as CSV",
    rb"(?i)\s*<(!doctype|html|\?xml)": "is a web page or XML, no table: was the link one to a page about the file?",
    rb"\s*[\[{]\s*[\[{\"]": "is JSON: convert it to CSV or Parquet, such as by pandas.read_json",
}


def refuse_other_kinds(path: Path) -> None:
    """Raises TableError where the file is of a known kind that is no text with columns."""
    start = head(path, 64).removeprefix(b"\xef\xbb\xbf")
    for sign, what in OTHERS.items():
        if re.match(sign, start):
            raise TableError(f"{path}: {what}")


def encoding(path: Path) -> tuple[str, str]:
    """An encoding and the evidence for it."""
    start = head(path, HEAD)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", "the file starts with its byte order mark"
    try:
        start[: start.rfind(b"\n") + 1].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        shown = start[max(0, error.start - 12) : error.start + 8]
        return _legacy(
            start
        ), f"byte {start[error.start]:#04x} is not UTF-8; near {shown!r}: look whether it reads well"
    return "utf-8", ""


def _legacy(start: bytes) -> str:
    """cp1252 where accents are rare; where most letters are beyond ASCII, what charset-normalizer takes it for."""
    letters = sum(byte > 127 for byte in start)
    if letters * 4 < len(re.findall(rb"[A-Za-z\x80-\xff]", start)):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(start).best()
    return best.encoding if best is not None else "latin-1"


def ends_in_line(path: Path) -> bool:
    """Whether the last line of a text file has an end; True for other files."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return True
    with path.open("rb") as file:
        file.seek(-2, os.SEEK_END)
        return any(byte in b"\r\n" for byte in file.read())


def delimiter(path: Path, source: Source) -> str:
    """The sign that cuts every one of the first lines into the same number of fields, most of them."""
    lines = head(path, HEAD).decode(source.encoding, errors="replace").lstrip("\ufeff").splitlines()[:200]
    lines = [line for line in lines if len(line) < csv.field_size_limit()] or lines[:1]
    best, most = ",", 1.0
    for sign in (",", ";", "\t", "|"):
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=sign) if row)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        if width > 1 and width * count / len(lines) > most:
            best, most = sign, width * count / len(lines)
    return best


def decimal(path: Path, source: Source) -> str:
    """A comma where the delimiter is another sign and cells such as 3,14 are there, and none such as 3.14."""
    if source.delimiter == "," or not names_of(path, source):
        return "."
    text = head(path, HEAD).decode(source.encoding, errors="replace")
    cells = re.split(rf"[{re.escape(source.delimiter)}\r\n]", text)
    commas = sum(bool(re.fullmatch(r'"?-?\d+,\d+"?', cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r'"?-?\d+\.\d+"?', cell)) for cell in cells)
    return "," if commas > points else "."
