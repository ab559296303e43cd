"""DVC's part of the main job: run what changed; fetch from the remote instead where it has it; push to it.

The remote is DVC_REMOTE_URL (a folder, s3://, ssh://, with the usual AWS_* variables), else the one in .dvc/config.
"""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

from product.errors import UserError, said
from product.files import write_json
from product.paths import Paths

FINAL = Path(__file__).resolve().parents[1]


class RemoteError(UserError):
    """A remote that did not give or take what it should."""


def reproduce(product: str, force: bool) -> str | None:
    """One DVC call that runs the stages whose inputs changed. None, or what DVC has to say of a failure.

    The sentence is empty where a stage failed: it has said why. In a fresh clone with a remote, outputs that the
    remote has are fetched, not computed.
    """
    paths = Paths.of(product)

    def run(repo: Any) -> None:
        if not force and not (paths.raw.exists() and paths.model.exists()):
            _pull(repo, f"model_testing@{product}")
        last = f"model_promotion@{product}"
        ran = {stage.name for stage in repo.reproduce(targets=[last], force=force)}
        about = {"inputs": _inputs(last)}
        known = paths.decided.exists() and json.loads(paths.decided.read_bytes()) == about
        # a dvc.lock that came by git says what was decided elsewhere
        if last not in ran and not (known and _decided(paths)):
            repo.reproduce(targets=[last], force=True, single_item=True)
        if not known:
            write_json(about, paths.decided)

    return _trouble(run)


def fetch(product: str) -> str | None:
    """Bring the raw table up to date, from the remote where it has it, else from the source. None, or the trouble."""

    def run(repo: Any) -> None:
        if not Paths.of(product).raw.exists():
            _pull(repo, f"data_creation@{product}")
        repo.reproduce(targets=[f"data_creation@{product}"])

    return _trouble(run)


def _pull(repo: Any, stage: str) -> None:
    """A stage and those before it, their outputs from the remote where it has them; nothing without a remote."""
    from dvc.exceptions import DvcException  # DVC costs half a second, so not at import

    if name := repo.config["core"].get("remote"):
        url = repo.config["remote"][name]["url"]
        try:
            repo.reproduce(targets=[stage], pull=True)
        except DvcException as error:
            if _stage_failed(error):
                raise
            raise RemoteError(f"pulling from {url}: {error.__cause__ or error}") from None


def _trouble(run: Callable[[Any], None]) -> str | None:
    """What DVC has to say of a failure of `run(repo)`: nothing, "" where a stage has said it, or a sentence."""
    from dvc.exceptions import DvcException

    _forget_a_broken_lock()
    try:
        with _repository() as repo:
            run(repo)
    except RemoteError as error:
        return str(error)
    except DvcException as error:
        return "" if _stage_failed(error) else said(error.__cause__ or error)
    return None


def _stage_failed(error: BaseException) -> bool:
    from dvc.stage.exceptions import StageCmdFailedError

    return isinstance(error.__cause__, StageCmdFailedError)


def _decided(paths: Paths) -> bool:
    """Whether the champion is the one of the last verdict here; a rollback writes champion.json after it.

    Decisions are facts of this place and no outputs of DVC's: dvc.lock is the same in every checkout of a commit.
    """
    verdict, champion = paths.gates("champion"), paths.registry / "champion.json"
    return verdict.exists() and champion.exists() and champion.stat().st_mtime_ns <= verdict.stat().st_mtime_ns


def _inputs(stage: str) -> str:
    """sha256 of what dvc.lock says of a stage, as text: to parse the whole file takes a quarter of a second."""
    lines = (FINAL / "dvc.lock").read_text(encoding="utf-8").splitlines()
    below = lines[lines.index(f"  {stage}:") + 1 :]
    return hashlib.sha256("\n".join(takewhile(lambda line: line.startswith("    "), below)).encode()).hexdigest()


def push(product: str) -> int:
    """Send data and model of a product to the remote; returns how many files it had not yet. Raises RemoteError."""
    from dvc.exceptions import DvcException

    with _repository() as repo:
        name = repo.config["core"].get("remote")
        if not name:
            raise RemoteError(
                "push: no remote is set: DVC_REMOTE_URL=s3://bucket/folder, or dvc remote add -d NAME URL"
            )
        try:
            return int(repo.push(targets=[f"model_promotion@{product}"], with_deps=True))
        except (DvcException, OSError) as error:
            where = repo.config["remote"][name]["url"]
            raise RemoteError(f"push: {where} did not take it: {_reason(error)}; nothing here was lost") from None


def _forget_a_broken_lock() -> None:
    """A full disk or a kill leaves DVC's list of who reads and writes what half-written, and it then runs never again.

    Nobody else runs here: the pipeline's own lock is held.
    """
    file = FINAL / ".dvc" / "tmp" / "rwlock"
    try:
        json.loads(file.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        file.unlink()


@contextmanager
def _repository() -> Iterator[Any]:
    from dvc.repo import Repo

    for name in ("dvc", "dvc_data", "dvc_objects"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what it logs is said by the errors it raises
    config: dict[str, Any] = {}
    if url := os.environ.get("DVC_REMOTE_URL"):
        os.environ.setdefault("AWS_MAX_ATTEMPTS", "2")
        settings: dict[str, Any] = {"url": url, "verify": True}
        if url.startswith("s3://"):
            settings |= {"connect_timeout": 5, "read_timeout": 20}
            if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
                settings["endpointurl"] = endpoint
        config = {"core": {"remote": "shared"}, "remote": {"shared": settings}}
    with Repo(str(FINAL), config=config or None) as repo:
        yield repo


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split()) or type(error).__name__
