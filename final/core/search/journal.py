"""The file in which Optuna keeps its trials; a process may be killed at any time, and the next one continues."""

import fcntl
from pathlib import Path
from typing import IO

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal._file import BaseJournalFileLock

from core.base.files import write_bytes


class KernelLock(BaseJournalFileLock):
    """One writer at a time. Optuna's own locks are files: one left by a killed process blocks the next for a while."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        self._file = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def journal(path: Path) -> JournalStorage:
    """The storage in this file; an incomplete last line, which a kill may leave, is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not (content := path.read_bytes()).endswith(b"\n"):
        write_bytes(content[: content.rfind(b"\n") + 1], path)
    return JournalStorage(JournalFileBackend(str(path), KernelLock(path.with_suffix(".lock"))))
