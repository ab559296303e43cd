"""How a stage ends that cannot go on: one message, exit code 1, no stack trace."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop(Exception):  # noqa: N818 - it is what the stage does, and it reads so where it is raised
    """The message for the person who started the stage: which file or setting, why, and what to do."""


class TooSlow(Stop):
    """A remote was given all the time it gets."""


@contextmanager
def one_message(program: str) -> Iterator[None]:
    """Turns Stop and OSError into one line on stderr and exit code 1."""
    try:
        yield
    except TooSlow as slow:
        # Threads may still wait for the remote, and Python would wait for the threads.
        print(f"{program}: {slow}", file=sys.stderr, flush=True)
        os._exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except (Stop, OSError) as error:
        sys.exit(f"{program}: {error}")


@contextmanager
def at_most(seconds: float, message: str) -> Iterator[None]:
    """Raises TooSlow with the message when the block takes longer; main thread only, not nested."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow(message)

    before = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)
