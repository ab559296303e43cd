"""Blocks of rows answered by the workers of a Dask scheduler.

The artifact travels to the workers as bytes, so they share no folder with anybody; each verifies it as a server does
before it answers. They need this code and the same libraries: deploy/workers.Dockerfile makes their image.
"""

import tempfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from distributed import Client, Future, KilledWorker
from distributed.client import FutureCancelledError

from core.base.errors import UserError
from scoring.ahead import in_order
from service.batch.block import Answered, Block
from service.batch.block import answered as answer_block
from service.batch.score import Answering
from service.model.live import Live
from service.model.serving import Serving

PATIENCE = 30  # seconds for workers that are still starting
AHEAD = 2  # blocks a thread that wait for it, so that no worker waits for the reader

Waiting = tuple[Block, Future[Any], Future[Answered]]  # a block, the artifact it is sent with, its answer


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


def answer(version: str, files: dict[str, bytes], block: Block) -> Answered:
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
    return answer_block(live, block)


def on_dask(client: Client, served: Live) -> Answering:
    """Answers by the scheduler's workers. Raises WorkersError if none has come after PATIENCE seconds."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise WorkersError(f"the scheduler has no workers, after {PATIENCE} s of waiting") from None
    threads = sum(client.nthreads().values())
    artifact = served.serving.artifact
    if artifact is None:
        raise WorkersError(served.serving.problem)
    content = files_of(artifact)
    files = client.scatter(content, broadcast=True, hash=False)

    def submitted(block: Block) -> Waiting:
        return block, files, client.submit(answer, served.version, files, block, pure=False)

    def answered(block: Block, used: Future[Any], future: Future[Answered]) -> Answered:
        nonlocal files
        try:
            return future.result()
        except FutureCancelledError:  # the last worker that had the artifact has died; Dask keeps one copy of it
            if used is files:
                files = client.scatter(content, broadcast=True, hash=False)
            return answered(*submitted(block))
        except (RuntimeError, ImportError, KilledWorker) as error:  # what Dask says where it cannot read a task
            reason = str(error).strip().splitlines()[0]
            raise WorkersError(f"scheduler and workers need this code (PYTHONPATH=final): {reason}") from None

    def answering(blocks: Iterable[Block]) -> Iterator[Answered]:
        for waiting in in_order(blocks, submitted, AHEAD * threads):
            yield answered(*waiting)

    return answering
