"""DVC's part, through its Python interface: one process for all, one message for what goes wrong."""

import hashlib
import io
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from dvc.fs import LocalFileSystem
from dvc.repo import Repo

from lab4.store.remote import CREDENTIALS, NAME, Remote
from lab4.store.stop import Stop, at_most

REFUSED = (
    "Forbidden",
    "AccessDenied",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "Permission denied",
    "credentials",
)
SILENT = ("Connect", "connect", "find the server")
LOGGERS = ("dvc", "dvc_data", "dvc_objects")


class _Notes(logging.Handler):
    """Collects what DVC logs, because the cause of a failed transfer is told nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.causes: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.causes.append(record.exc_info[1])


def _explain(cause: BaseException, remote: Remote) -> str:
    words = " ".join(str(cause).split()) or type(cause).__name__
    if isinstance(cause, PermissionError) or any(sign in words for sign in REFUSED):
        return f"refused ({words}): check {CREDENTIALS[remote.scheme]}"
    silent = (ConnectionError, socket.gaierror, TimeoutError)
    if isinstance(cause, silent) or any(sign in type(cause).__name__ + words for sign in SILENT):
        return f"no answer ({words}): check the address, and that the server is up"
    return words


@contextmanager
def asking(remote: Remote, what: str) -> Iterator[None]:
    """Bounds the time and turns every failure into one Stop that says what was asked of which remote."""
    notes = _Notes()
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(log.handlers, log.propagate) for log in loggers]
    for log in loggers:
        log.handlers, log.propagate = [notes], False
    slow = f"{what}: {remote} did not finish within {remote.seconds:g} s (more: DVC_REMOTE_SECONDS)"
    try:
        with at_most(remote.seconds, slow), redirect_stdout(io.StringIO()):
            yield
    except Stop:
        raise
    except Exception as error:
        cause = notes.causes[0] if notes.causes else error
        raise Stop(f"{what}: remote {remote}: {_explain(cause, remote)}") from error
    finally:
        for log, (handlers, propagate) in zip(loggers, before, strict=True):
            log.handlers, log.propagate = handlers, propagate


@contextmanager
def opened(folder: Path) -> Iterator[Any]:
    """The folder's DVC repository, silent."""
    with redirect_stdout(io.StringIO()), Repo(str(folder)) as repo:
        repo.scm_context.quiet = True
        yield repo


def initialise(folder: Path) -> None:
    level = logging.getLogger("dvc").level
    logging.getLogger("dvc").setLevel(logging.WARNING)
    with redirect_stdout(io.StringIO()):
        Repo.init(str(folder)).close()
    logging.getLogger("dvc").setLevel(level)


def configure(folder: Path, remote: Remote) -> None:
    """Writes .dvc/config, which is committed for anyone to see, and .dvc/config.local."""
    with opened(folder) as repo, repo.config.edit("repo", validate=False) as config:
        config["core"] = {"remote": NAME, "analytics": False, "check_update": False}
        config["hydra"] = {"enabled": True, "config_dir": "conf", "config_name": "config"}
        config["remote"] = {NAME: dict(remote.public)}
    configure_local(folder, remote)


def configure_local(folder: Path, remote: Remote, all_of_it: bool = False) -> None:
    """Writes .dvc/config.local, never committed and its owner's alone: credentials, or all settings of the remote."""
    local = folder / ".dvc" / "config.local"
    local.touch(mode=0o600)
    with opened(folder) as repo, repo.config.edit("local", validate=False) as config:
        config["remote"] = {NAME: {**(remote.public if all_of_it else {}), **remote.local}}


def add(folder: Path, name: str) -> None:
    with opened(folder) as repo:
        repo.add(str(folder / name))


def keep(folder: Path, file: Path, md5: str) -> None:
    """Sees to it that the cache holds the file's bytes, as in a workspace that was cloned anew."""
    with opened(folder) as repo:
        repo.cache.local.add(str(file), LocalFileSystem(), md5)


def checkout(folder: Path, name: str) -> None:
    """The checked-out commit's bytes of one file, if the cache has them."""
    with opened(folder) as repo:
        repo.checkout(targets=[str(folder / f"{name}.dvc")], force=True, allow_missing=True)


def push(folder: Path, remote: Remote, what: str, **options: Any) -> int:
    """How many objects were sent."""
    with asking(remote, what), opened(folder) as repo:
        return int(repo.push(**options))


def pull(folder: Path, remote: Remote, what: str) -> int:
    """Brings what the checked-out commit names; returns how many objects came from the remote."""
    with asking(remote, what), opened(folder) as repo:
        return int(repo.pull()["stats"]["fetched"])


def stale(folder: Path) -> list[str]:
    """The stages and files that `dvc status` finds changed; empty when there is nothing to compute."""
    with opened(folder) as repo:
        return list(repo.status())


def objects(folder: Path) -> int:
    """How many objects the folder's cache holds."""
    return sum(path.is_file() for path in (folder / ".dvc" / "cache").rglob("*"))


def examine(folder: Path, remote: Remote, what: str, md5: str) -> None:
    """Looks at one object in the remote; raises Stop when it is missing or is not what its name says.

    A pull alone would not do: DVC says the same of a missing and of a corrupted object, takes a write-protected file
    of a local remote without a look, and deletes one that it finds corrupted, so that nobody can look after it.
    """
    with asking(remote, what), opened(folder) as repo:
        store = repo.cloud.get_remote().odb
        path = store.oid_to_path(md5)
        place = path if store.fs.protocol == "local" else store.fs.unstrip_protocol(path)
        mend = "the pipeline's next run sends it again from the workspace's cache"
        if not store.fs.exists(path):
            raise Stop(f"{what}: the remote's object {place} is missing, published md5 {md5}; {mend}")
        found = hashlib.md5(store.fs.cat_file(path), usedforsecurity=False).hexdigest()
        if found != md5:
            raise Stop(
                f"{what}: the remote's object {place} has md5 {found}, published md5 {md5}; delete it, and {mend}"
            )
