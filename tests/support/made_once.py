"""What the workers of a test run share: a folder that the first of them makes, and a clean-up by the last of them."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


def base_of(factory: pytest.TempPathFactory) -> Path:
    """The run's folder for temporary files, the same in all workers."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` of this run; whoever comes first calls `make` with its path, the others wait."""
    base = base_of(factory)
    folder, complete = base / name, base / f"{name}.complete"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            complete.touch()
    return folder


@contextmanager
def cleaned_by_the_last(factory: pytest.TempPathFactory, name: str, clean: Callable[[], object]) -> Iterator[None]:
    """Call `clean` in the end, unless another worker still uses `name`."""
    with (base_of(factory) / f"{name}.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield
        fcntl.flock(users, fcntl.LOCK_UN)
        with suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            clean()
