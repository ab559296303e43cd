"""DVC's part of the main job: run the changed stages; use the remote's outputs instead if it has them; push to it.

The remote is DVC_REMOTE_URL (a folder, s3://, ssh://, with the usual AWS_* variables), or else the one in .dvc/config.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

from core.base.errors import UserError, message
from core.base.files import write_json
from core.base.paths import FINAL, Paths
from core.registry.registry import Registry


class StageFailedError(UserError):
    """A stage stopped, and has printed the reason."""


class DvcError(UserError):
    """DVC failed; str() is its reason."""


class RemoteError(DvcError):
    """A remote that failed to give or to take something."""


def reproduce(product: str, force: bool, decide: bool = False) -> None:
    """Run the stages whose inputs changed. Raises StageFailedError, DvcError.

    In a fresh clone with a remote, outputs that the remote has are fetched instead of computed. `decide`: the decision
    on the promotion is made again, whatever changed.
    """
    paths = Paths.of(product)
    last = f"model_promotion@{product}"
    with _repository() as repo:
        if not force and not (paths.raw.exists() and paths.model.exists()):
            _pull(repo, f"model_testing@{product}")
        ran = {stage.name for stage in repo.reproduce(targets=[last], force=force)}
        before = json.loads(paths.decided.read_bytes()) if paths.decided.exists() else {}
        # a dvc.lock that came by git is about a decision made elsewhere
        is_decided = before == _decision(product) and paths.gates("champion").exists()
        if last not in ran and (decide or not is_decided):
            repo.reproduce(targets=[last], force=True, single_item=True)
        if before != (decision := _decision(product)):
            write_json(decision, paths.decided)


def fetch(product: str) -> None:
    """Bring the raw table up to date, from the remote or the source. Raises StageFailedError, DvcError."""
    stage = f"data_creation@{product}"
    with _repository() as repo:
        if not Paths.of(product).raw.exists():
            _pull(repo, stage)
        repo.reproduce(targets=[stage])


def push(product: str) -> int:
    """Send data and model of a product to the remote; returns how many files were new to it. Raises RemoteError."""
    from dvc.exceptions import DvcException

    with _repository() as repo:
        url = _remote(repo)
        if url is None:
            raise RemoteError(
                "push: no remote is set: DVC_REMOTE_URL=s3://bucket/folder, or dvc remote add -d NAME URL"
            )
        try:
            return int(repo.push(targets=[f"model_promotion@{product}"], with_deps=True))
        except (DvcException, OSError) as error:
            raise RemoteError(f"push: {url} did not take it: {_reason(error)}; nothing here was lost") from None


def _pull(repo: Any, stage: str) -> None:
    """Reproduce a stage and those before it with the remote's outputs; does nothing without a remote."""
    from dvc.exceptions import DvcException  # imported here: DVC costs half a second

    url = _remote(repo)
    if url is None:
        return
    try:
        repo.reproduce(targets=[stage], pull=True)
    except DvcException as error:
        if _is_stage_failure(error):
            raise
        raise RemoteError(f"dvc: pulling from {url}: {error.__cause__ or error}") from None


def _remote(repo: Any) -> str | None:
    name = repo.config["core"].get("remote")
    return str(repo.config["remote"][name]["url"]) if name else None


def _is_stage_failure(error: BaseException) -> bool:
    from dvc.stage.exceptions import StageCmdFailedError

    return isinstance(error.__cause__, StageCmdFailedError)


def _decision(product: str) -> dict[str, str | None]:
    """What was decided on, and the champion; a rollback makes it another one.

    Decisions are not outputs of DVC, since dvc.lock is the same in every checkout of a commit and they are not.
    """
    return {
        "inputs": _inputs(f"model_promotion@{product}"),
        "champion": Registry(Paths.of(product).registry).champion(),
    }


def _inputs(stage: str) -> str:
    """sha256 of the stage's lines in dvc.lock, as text: parsing the whole file takes a quarter of a second."""
    lines = (FINAL / "dvc.lock").read_text(encoding="utf-8").splitlines()
    below = lines[lines.index(f"  {stage}:") + 1 :]
    return hashlib.sha256("\n".join(takewhile(lambda line: line.startswith("    "), below)).encode()).hexdigest()


@contextmanager
def _repository() -> Iterator[Any]:
    """DVC's repository; its exceptions become StageFailedError or DvcError."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    _forget_a_broken_lock()
    for name in ("dvc", "dvc_data", "dvc_objects"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # the exceptions carry what it would log
    try:
        with Repo(str(FINAL), config=_config() or None) as repo:
            yield repo
    except DvcException as error:
        if _is_stage_failure(error):
            raise StageFailedError("a stage stopped; it has printed the reason") from None
        raise DvcError(f"dvc: {message(error.__cause__ or error)}") from None


def _config() -> dict[str, Any]:
    """The remote of the environment, if it names one; without git's folder, as in an archive, no git."""
    url = os.environ.get("DVC_REMOTE_URL")
    has_git = any((folder / ".git").exists() for folder in (FINAL, *FINAL.parents))
    scm: dict[str, Any] = {} if has_git else {"core": {"no_scm": True}}
    if not url:
        return scm
    os.environ.setdefault("AWS_MAX_ATTEMPTS", "2")
    settings: dict[str, Any] = {"url": url, "verify": True}
    if url.startswith("s3://"):
        settings |= {"connect_timeout": 5, "read_timeout": 20}
        if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
            settings["endpointurl"] = endpoint
    return {"core": {**scm.get("core", {}), "remote": "shared"}, "remote": {"shared": settings}}


def _forget_a_broken_lock() -> None:
    """Remove DVC's own lock file if a full disk or a kill left it incomplete: DVC would refuse to run for ever.

    Nobody else uses it now, since the pipeline's lock is held.
    """
    file = FINAL / ".dvc" / "tmp" / "rwlock"
    try:
        json.loads(file.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        file.unlink()


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split()) or type(error).__name__
