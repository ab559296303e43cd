"""A text file of any common compression and encoding as a stream of UTF-8, in bounded memory."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from core.base.errors import TableError

SAFE_BYTES, SAFE_RATIO = 100_000_000, 200  # tables shrink to a tenth; 200 times is a zip bomb
BROKEN = (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)


def opened(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked. Raises TableError if it is not a file, is empty, or holds several tables."""
    if path.is_dir():
        raise TableError(f"{path}: is a folder; name one file in it")
    if not path.exists():
        raise TableError(f"{path}: no such file")
    if not path.is_file():
        raise TableError(f"{path}: is a pipe or a device; save the table to a file first (it is read twice)")
    if path.stat().st_size == 0:
        raise TableError(f"{path}: is empty; the first line of a table is the columns' names")
    try:
        with path.open("rb") as file:
            start = file.read(6)
        if start.startswith(b"\x1f\x8b"):
            return cast(IO[bytes], gzip.open(path))
        if start.startswith(b"BZh"):
            return cast(IO[bytes], bz2.open(path))
        if start.startswith(b"\xfd7zXZ"):
            return cast(IO[bytes], lzma.open(path))
        if start.startswith(b"(\xb5/\xfd"):
            return cast(IO[bytes], pa.input_stream(str(path), compression="zstd"))
        if start.startswith(b"PK\x03\x04"):
            return _member(path)
        return path.open("rb")
    except BROKEN as error:
        raise TableError(f"{path}: cannot be read: {error}") from None


def head(path: Path, size: int) -> bytes:
    """The first bytes, unpacked. Raises TableError if they cannot be read."""
    try:
        with opened(path) as file:
            return file.read(size)
    except BROKEN as error:
        raise damaged(path, error) from None


def damaged(path: Path, error: BaseException) -> TableError:
    return TableError(f"{path}: is damaged or cut off: {error}; fetch it again")


def _member(path: Path) -> IO[bytes]:
    archive = zipfile.ZipFile(path)
    members = [info.filename for info in archive.infolist() if not info.is_dir()]
    if any(name.startswith("xl/") for name in members):
        raise TableError(f"{path}: is an Excel workbook; save its sheet as CSV")
    if len(members) != 1:
        raise TableError(f"{path}: holds {len(members)} files ({', '.join(members[:5])}); unpack it and name one")
    return archive.open(members[0])


class Utf8:
    """A file that is read as UTF-8, whatever its encoding; it counts quotes and lines and keeps the last bytes."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        self.quotes = 0
        self.bytes = 0
        self.lines = 0
        self.end = b""
        self._packed = path.stat().st_size if path.is_file() else 0
        name = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        try:
            self._text = io.TextIOWrapper(opened(path), name, newline="")
        except LookupError:
            raise TableError(f"{path}: unknown encoding {encoding}") from None

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._text.read(size).encode()
        except UnicodeError as error:
            reason = str(error)
            if isinstance(error, UnicodeDecodeError):
                near = error.object[max(0, error.start - 12) : error.start + 8]
                reason = f"byte {error.object[error.start]:#04x} in {near!r}"
            raise TableError(
                f"{self.path}: is not {self.encoding} ({reason}): "
                "name its encoding with source.encoding or --encoding, such as cp1252, cp1251, utf-16"
            ) from None
        except BROKEN as error:
            raise damaged(self.path, error) from None
        self.bytes += len(block)
        self.quotes += block.count(b'"')
        self.lines += block.count(b"\n")
        self.end = block[-2:] or self.end
        if self.bytes > SAFE_BYTES and self.bytes > SAFE_RATIO * self._packed:
            raise TableError(
                f"{self.path}: unpacks to more than {SAFE_RATIO} times its {self._packed:,} bytes, like a zip bomb; "
                "if you trust it, unpack it and name the unpacked file"
            )
        return block

    def close(self) -> None:
        self._text.close()
