"""One run of the pipeline at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from core.base import terminal
from core.base.paths import FINAL


@contextmanager
def alone() -> Iterator[None]:
    """A second run waits until the first one has ended."""
    with (FINAL / ".dvc" / "pipeline.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            terminal.console.print("another run holds the lock; waiting")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
