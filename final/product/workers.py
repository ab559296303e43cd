"""Where trials are computed: here, one after the other, or by the workers of a Dask scheduler, several at once."""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from product.errors import UserError

VARIABLE = "DASK_SCHEDULER_ADDRESS"  # Dask's own name for it
PATIENCE = 20  # seconds that a scheduler or a worker may take to turn up


class WorkerError(UserError):
    """A scheduler or workers that can't be used."""


class Here(Executor):
    """Each call is done when it is handed over."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass(frozen=True)
class Workers:
    """`share` brings an object to where it is needed, and gives what stands for it in a call.

    A scheduler need not know this library: it sees calls of `operator.call` with things that were shared.
    """

    executor: Executor
    width: int
    share: Callable[[Any], Any]


@contextmanager
def workers() -> Iterator[Workers]:
    """Those of the scheduler that the environment names, else this process. Raises WorkerError."""
    address = os.environ.get(VARIABLE)
    if not address:
        yield Workers(Here(), 1, lambda thing: thing)
        return
    import distributed  # here, since it costs half a second

    try:
        client: Any = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkerError(f"{VARIABLE}: no scheduler answers at {address}: {error}") from None
    with client:
        _check(client, address)
        width = sum(client.nthreads().values())
        yield Workers(client.get_executor(), width, lambda thing: client.scatter(thing, hash=False))


def _check(client: Any, address: str) -> None:
    """Every worker has this very code, since a trial measured by another would be no measure of this model."""
    start = f"start them from this commit: bash final/worker.sh {address}"
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        found = client.run(code)
    except TimeoutError:
        raise WorkerError(f"{VARIABLE}: the scheduler at {address} has no workers: {start}") from None
    except ImportError as error:
        raise WorkerError(f"{VARIABLE}: a worker lacks this code ({error}): {start}") from None
    if odd := [worker for worker, hashed in found.items() if hashed != code()]:
        raise WorkerError(f"{VARIABLE}: other code at {', '.join(odd)}: {start}")


@cache
def code() -> str:
    """sha256 of the library's files where this runs, as they were when it was first asked."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
