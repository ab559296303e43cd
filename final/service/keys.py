"""API keys: a file of names and sha256 hashes, so that who reads the file can't use it.

`python -m service.keys NAME` makes a key, prints it once on stderr, and the line for the file on stdout.
"""

import hashlib
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from core.base.errors import UserError


class KeysError(UserError):
    """A file of keys that can't be used."""


class Keys:
    """The keys of a file; a key is 32 random bytes, so that one sha256 is hash enough."""

    def __init__(self, path: Path, may_be_empty: bool = False) -> None:
        """Raises KeysError. Without a key nobody can ask: a mistake at the start, but all may be revoked later."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise KeysError(f"{path}: the file of API keys can't be read: {error}") from None
        self._names: dict[str, str] = {}
        for number, line in enumerate(lines, start=1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, digest = line.strip().rpartition(" ")
            if not name or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
                raise KeysError(f"{path}:{number}: must be a name and a sha256; python -m service.keys NAME prints one")
            self._names[digest] = name.strip()
        if not self._names and not may_be_empty:
            raise KeysError(
                f"{path}: has no keys, so nobody could ask; python -m service.keys NAME prints a line for it"
            )

    def __len__(self) -> int:
        return len(self._names)

    def who(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """The name whose key stands in X-API-Key or Authorization: Bearer; None where none does.

        Looked up by its hash, so the time it takes tells nothing of a key.
        """
        for name, value in headers:
            if name == b"x-api-key":
                return self._names.get(hashlib.sha256(value).hexdigest())
            if name == b"authorization" and value[:7].lower() == b"bearer ":
                return self._names.get(hashlib.sha256(value[7:]).hexdigest())
        return None


def stamp(path: Path) -> tuple[int, ...]:
    """Changes when the file does; empty if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


def main(name: Annotated[str, typer.Argument(help="Who is to have the key.")]) -> None:
    """Make an API key: the key on stderr, once; the line for SERVICE_API_KEYS_FILE on stdout."""
    key = secrets.token_urlsafe(32)
    print(f"the key, not to be seen again: {key}", file=sys.stderr)
    print(f"{name} {hashlib.sha256(key.encode()).hexdigest()}")


if __name__ == "__main__":
    typer.run(main)
