"""Where trials run: in this process one after the other, or on the workers of a Dask scheduler in parallel."""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.base.errors import UserError

VARIABLE = "DASK_SCHEDULER_ADDRESS"  # Dask's own name for it
PATIENCE = 20  # seconds to wait for a scheduler or a worker


class WorkerError(UserError):
    """A scheduler or workers that cannot be used."""


class Here(Executor):
    """Runs each call when it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass(frozen=True)
class Workers:
    """`share` sends an object to the workers and returns its placeholder for a call.

    The scheduler does not need this library: it only sees calls of `operator.call` with shared objects.
    """

    executor: Executor
    width: int
    share: Callable[[Any], Any]


@contextmanager
def workers(patience: float = PATIENCE) -> Iterator[Workers]:
    """The workers of the scheduler that the environment names, or else this process. Raises WorkerError."""
    address = os.environ.get(VARIABLE)
    if not address:
        yield Workers(Here(), 1, lambda value: value)
        return
    import distributed  # imported here: it costs half a second

    try:
        client: Any = distributed.Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkerError(f"{VARIABLE}: no scheduler answers at {address}: {error}") from None
    with client:
        _check(client, address, patience)
        width = sum(client.nthreads().values())
        yield Workers(client.get_executor(), width, lambda value: client.scatter(value, hash=False))


def _check(client: Any, address: str, patience: float) -> None:
    """Raises WorkerError unless every worker has the same code; other code would measure another model."""
    start = f"start them from this commit: bash final/worker.sh {address}"
    try:
        client.wait_for_workers(1, timeout=patience)
        code_of = client.run(code)
    except TimeoutError:
        raise WorkerError(f"{VARIABLE}: the scheduler at {address} has no workers: {start}") from None
    except ImportError as error:
        raise WorkerError(f"{VARIABLE}: a worker does not have this code ({error}): {start}") from None
    if others := [worker for worker, hashed in code_of.items() if hashed != code()]:
        raise WorkerError(f"{VARIABLE}: other code at {', '.join(others)}: {start}")


@cache
def code() -> str:
    """sha256 of the library's files in this process, as they were at the first call."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
