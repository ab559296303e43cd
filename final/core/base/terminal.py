"""What a person sees on stderr: a line per stage, progress bars, the table of gates."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from core.base.errors import UserError, message

# what is printed holds names, values and reasons of people: none of it is markup
console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


@contextmanager
def stage(name: str) -> Iterator[list[str]]:
    """Print a line when a stage ends: its name, its time and the remarks that the body appended to the list.

    A UserError or OSError in the body ends the program with its message and exit code 1.
    """
    began = time.monotonic()
    remarks: list[str] = []
    try:
        yield remarks
    except (UserError, OSError) as error:
        stop(f"{name}: {message(error)}")
    seconds = f" {time.monotonic() - began:5.1f} s  "
    console.print(Text.assemble((f"{name:<19}", "bold"), seconds, "; ".join(remarks)))


def progress() -> Progress:
    """A bar on stderr that disappears when done; no bar if stderr is not a terminal."""
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def stop(reason: str) -> NoReturn:
    """End the program with a message on stderr and exit code 1."""
    print(reason, file=sys.stderr)
    raise SystemExit(1)


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Send what a stage or a source's command prints to stderr, since stdout is for the result."""
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)
