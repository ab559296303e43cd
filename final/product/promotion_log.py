"""A log that only grows: each line carries the hash of the line before it and its own, so a change anywhere shows.

It shows what was edited by hand or lost; who writes the whole log anew, with all hashes, is not stopped by it.
"""

import getpass
import hashlib
import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from product.errors import UserError


class LogError(UserError):
    """A log whose lines do not follow each other."""


class PromotionLog:
    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> list[dict[str, Any]]:
        """All decisions, oldest first. Raises LogError where a line was changed, removed or put in."""
        entries, before = [], ""
        for number, line in enumerate(self._lines(), start=1):
            try:
                entry = json.loads(line)
                own = entry.pop("hash")
            except (ValueError, KeyError, TypeError, AttributeError):
                raise self._changed(number, "is no decision of ours") from None
            if own != _hash(entry):
                raise self._changed(number, "is not what was written")
            if entry["before"] != before:
                raise self._changed(number, "does not follow the one before it")
            before = own
            entries.append(entry)
        return entries

    def _changed(self, number: int, how: str) -> LogError:
        return LogError(f"{self.path}:{number}: the log was changed: this line {how}")

    def append(self, action: str, model: str, why: str, **facts: Any) -> None:
        """Add a decision: what, who, when, why. A changed log takes no more entries."""
        known = self.entries()
        entry = {
            "action": action,
            "model": model,
            "why": why,
            "who": f"{getpass.getuser()}@{socket.gethostname()}",
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            **facts,
            "before": _hash(known[-1]) if known else "",
        }
        entry = json.loads(json.dumps(entry))  # as it will be read
        entry["hash"] = _hash(entry)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def served(self, by: str = "model") -> list[str]:
        """What was put in service as a stack, the present last: a promotion puts one on, a rollback takes off.

        `by` is the fact that names it: the model, or the image that carried one.
        """
        stack: list[str] = []
        for entry in self.entries():
            if entry["action"] == "promote":
                stack.append(entry[by])
            elif entry["action"] == "rollback":
                while stack and stack[-1] != entry[by]:
                    stack.pop()
                stack = stack or [entry[by]]
        return stack

    def withdrawn(self, model: str) -> dict[str, Any] | None:
        """The rollback that took this model out of service, if nothing brought it back since."""
        taken: dict[str, Any] | None = None
        for entry in self.entries():
            if entry["action"] == "rollback" and entry.get("from") == model:
                taken = entry
            elif entry["action"] in ("promote", "rollback") and entry["model"] == model:
                taken = None
        return taken

    def _lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []


def _hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
