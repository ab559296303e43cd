"""Chunks of rows answered by the workers of a Dask scheduler.

The artifact travels to the workers as bytes, so they share no folder with anybody; each verifies it as a server does
before it answers. They need this code and the same libraries: deploy/workers.Dockerfile makes their image.
"""

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from distributed import Client, Future, KilledWorker

from product.errors import UserError
from service import batch
from service.batch import Answered, Answering
from service.live import Live
from service.serving import Serving

AHEAD = 2  # chunks a thread that wait for it, so that no worker waits for the reader


class WorkersError(UserError):
    """Nobody there to do the work, or not fit for it."""


def files_of(artifact: Path) -> dict[str, bytes]:
    return {path.relative_to(artifact).as_posix(): path.read_bytes() for path in artifact.rglob("*") if path.is_file()}


@lru_cache(maxsize=2)
def _live(version: str) -> Live:
    """The model of this worker; its files are there already."""
    return Live(Serving.folder(_folder(version), version))


def _folder(version: str) -> Path:
    return Path(tempfile.gettempdir()) / f"artifact-{version}"


def answer(version: str, files: dict[str, bytes], values: list[Any]) -> Answered:
    """On a worker. Raises WorkersError where the artifact is not what it says, or libraries differ."""
    folder = _folder(version)
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            for name, content in files.items():
                path = Path(scratch) / "artifact" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            try:
                (Path(scratch) / "artifact").rename(folder)
            except OSError:
                if not folder.exists():  # else another thread was first
                    raise
    live = _live(version)
    if live.serving.problem:
        raise WorkersError(f"a worker refuses the model: {live.serving.problem}")
    return batch.predict(live, values)


def on_dask(client: Client, served: Live) -> Answering:
    """Answers by the scheduler's workers. Raises WorkersError where it has none."""
    if not (threads := sum(client.nthreads().values())):
        raise WorkersError("the scheduler has no workers")
    assert served.serving.artifact, "a verified model has one"
    files = client.scatter(files_of(served.serving.artifact), broadcast=True, hash=False)

    def answered(future: Future[Answered]) -> Answered:
        try:
            return future.result()
        except (RuntimeError, ImportError, KilledWorker) as error:  # what Dask says where it cannot read a task
            said = str(error).strip().splitlines()[0]
            raise WorkersError(f"scheduler and workers need this code (PYTHONPATH=final): {said}") from None

    def answering(chunks: Iterable[list[Any]]) -> Iterator[Answered]:
        waiting: deque[Future[Answered]] = deque()
        for values in chunks:
            waiting.append(client.submit(answer, served.version, files, values, pure=False))
            if len(waiting) > AHEAD * threads:
                yield answered(waiting.popleft())
        while waiting:
            yield answered(waiting.popleft())

    return answering
