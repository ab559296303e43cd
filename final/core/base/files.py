"""Files that are whole or not there, and their hashes."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def write_json(value: Any, path: Path) -> None:
    write_bytes(as_json(value), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write atomically: after a kill or on a full disk the earlier file is still whole."""
    with prepared(content, path):
        pass


@contextmanager
def prepared(content: bytes, path: Path) -> Iterator[None]:
    """Replace the file at the end, unless the block raised an error; the content is on the disk before the block."""
    with replacing(path) as temporary:
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from None
        yield


def copy_folder(source: Path, target: Path) -> None:
    """The files of a folder, each on the disk when this returns."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            write_bytes(path.read_bytes(), target / path.relative_to(source))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder; it replaces `path` at the end, unless the block raised an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_hash(folder: Path) -> str:
    """sha256 over the names and contents of a folder's files, independent of their times and order on disk."""
    lines = [f"{sha256(path)}  {path.relative_to(folder)}\n" for path in sorted(folder.rglob("*")) if path.is_file()]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
