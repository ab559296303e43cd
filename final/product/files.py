"""Files that are whole or not there, and their hashes."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def write_json(value: Any, path: Path) -> None:
    write_bytes(as_json(value), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Beside, synced, then renamed: a killed process or a full disk leaves the earlier file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        beside.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_hash(folder: Path) -> str:
    """sha256 over names and contents of a folder's files, whatever their times and order on disk."""
    lines = [f"{sha256(path)}  {path.relative_to(folder)}\n" for path in sorted(folder.rglob("*")) if path.is_file()]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
