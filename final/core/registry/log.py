"""An append-only log: each line has its own hash and that of the line before, so that a change is noticed.

It reveals lines that were edited or lost, but not a log that was rewritten as a whole, with all hashes.

A kill or a full disk can leave a torn tail: bytes after the last line end that are not JSON. They are not a decision
and hide none: what comes before is verified, and the next decision cuts them off and keeps a copy next to the log.
"""

import getpass
import hashlib
import json
import logging
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.base.errors import UserError
from core.base.files import write_bytes

logger = logging.getLogger(__name__)


class LogError(UserError):
    """A log whose lines do not follow each other, or that cannot be read."""


class _LineError(Exception):
    """str() is what is wrong with a line."""


class _TornError(_LineError):
    """A line that is not JSON."""


@dataclass(frozen=True)
class _Content:
    entries: list[dict[str, Any]]
    tail: bytes  # what follows the last line end
    is_torn: bool  # whether the tail is not the last entry

    @property
    def last(self) -> str:
        """Hash of the last entry."""
        return _hash(self.entries[-1]) if self.entries else ""


class PromotionLog:
    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> list[dict[str, Any]]:
        """All decisions, oldest first. Raises LogError if a line was changed, removed or inserted."""
        return self._read().entries

    def torn(self) -> bytes:
        """The torn tail; empty if there is none. Raises LogError."""
        content = self._read()
        return content.tail if content.is_torn else b""

    def _read(self) -> _Content:
        return self._parsed(self._bytes())

    def _parsed(self, content: bytes) -> _Content:
        *lines, tail = content.split(b"\n")
        entries: list[dict[str, Any]] = []
        before = ""
        for number, line in enumerate(lines, start=1):
            try:
                entry, before = _decision(line, before)
            except _LineError as error:
                raise self._changed(number, error) from None
            entries.append(entry)
        if not tail:
            return _Content(entries, b"", False)
        try:
            entry, _ = _decision(tail, before)
        except _TornError:
            return _Content(entries, tail, True)
        except _LineError as error:
            raise self._changed(len(lines) + 1, error) from None
        return _Content([*entries, entry], tail, False)

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise LogError(f"{self.path}: cannot be read: {error.strerror}") from None

    def _changed(self, number: int, reason: Exception) -> LogError:
        return LogError(f"{self.path}:{number}: the log was changed: this line {reason}")

    def mend(self) -> str:
        """Complete or cut the tail; a sentence about what was done, empty if nothing was. Raises LogError, OSError."""
        content = self._read()
        if content.is_torn:
            return self._cut(len(content.tail), len(content.entries))
        if content.tail:
            self._add(b"\n")
            return f"{self.path}:{len(content.entries)}: the last line had no line end; completed, the decision counts"
        return ""

    def cut_last(self) -> str:
        """As `mend`, also for a last line that is not JSON but ends, as after an editor saved it."""
        content = self._bytes()
        start = content.removesuffix(b"\n").rfind(b"\n") + 1
        last = content[start:]
        try:
            json.loads(last)
        except (ValueError, RecursionError):
            if last:
                return self._cut(len(last), len(self._parsed(content[:start]).entries))
        return self.mend()

    def _cut(self, length: int, verified: int) -> str:
        """Cut the last bytes off, after the verified decisions."""
        content = self._bytes()
        size = len(content) - length
        copy = self.path.with_name(f"{self.path.name}.torn-{size}")
        write_bytes(content[size:], copy)
        os.truncate(self.path, size)
        return (
            f"{self.path}:{verified + 1}: the last line was torn, as by a kill or a full disk; cut off and kept as "
            f"{copy.name}; the {verified} decisions before it are verified"
        )

    def append(self, action: str, model: str, why: str, **facts: Any) -> None:
        """Add a decision: action, model, reason, person and time. Raises LogError if the log was changed.

        An OSError leaves the log as it was.
        """
        if mended := self.mend():
            logger.warning(mended)
        entry = {
            "action": action,
            "model": model,
            "why": why,
            "who": f"{_user()}@{socket.gethostname()}",
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            **facts,
            "before": self._read().last,
        }
        entry = json.loads(_as_json(entry))  # as it will be read
        entry["hash"] = _hash(entry)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._add(_as_json(entry) + b"\n")

    def _add(self, content: bytes) -> None:
        """All of it or nothing: what a full disk took of it is cut off again."""
        with self.path.open("ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            try:
                while content:
                    content = content[file.write(content) :]
                os.fsync(file.fileno())
            except OSError as error:
                file.truncate(size)
                raise OSError(error.errno, error.strerror, str(self.path)) from None

    def served(self, by: str = "model") -> list[str]:
        """The models put into service as a stack, the current one last: a promotion pushes, a rollback pops.

        `by` is the fact that identifies them: the model, or its image.
        """
        return champions(self.entries(), by)

    def withdrawn(self, model: str) -> dict[str, Any] | None:
        """The rollback that took this model out of service, unless it was put back since."""
        rollback: dict[str, Any] | None = None
        for entry in self.entries():
            if entry["action"] == "rollback" and entry.get("from") == model:
                rollback = entry
            elif entry["action"] in ("promote", "rollback") and entry["model"] == model:
                rollback = None
        return rollback


def champions(entries: list[dict[str, Any]], by: str = "model") -> list[str]:
    """As PromotionLog.served, of entries that were read."""
    stack: list[str] = []
    for entry in entries:
        if entry["action"] == "promote":
            stack.append(entry[by])
        elif entry["action"] == "rollback":
            while stack and stack[-1] != entry[by]:
                stack.pop()
            stack = stack or [entry[by]]
    return stack


def _decision(line: bytes, before: str) -> tuple[dict[str, Any], str]:
    """The entry of a line, and its hash. Raises _LineError unless it is whole and follows the entry `before`."""
    try:
        entry = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise _TornError("is not a decision") from None
    try:
        own, actual = entry.pop("hash"), _hash(entry)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _LineError("is not a decision") from None
    if own != actual:
        raise _LineError("was edited")
    if entry.get("before") != before:
        raise _LineError("does not follow the one before it")
    return entry, own


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a uid that /etc/passwd does not know, as in many containers
        return str(os.getuid())


def _as_json(entry: dict[str, Any]) -> bytes:
    """One line; half a character, as of a terminal with another encoding, becomes a question mark."""
    return json.dumps(entry, ensure_ascii=False).encode(errors="replace")


def _hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
