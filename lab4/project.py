"""A clone of this repository's committed state in a temporary folder, in which git and DVC do their work."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab4.remote import Remote
from lab4.versions import LabError, load

HERE: Final = Path(__file__).resolve().parent


class NoHistoryError(LabError):
    """The commits that versions.yaml names are not here."""


@dataclass(frozen=True)
class Clone:
    """lab4 in a fresh clone: its cache is empty, and its remote is the one to work with."""

    lab: Path
    env: dict[str, str]
    remote: Remote

    def git(self, *arguments: str) -> str:
        return run(["git", *arguments], self.lab, self.env)

    def dvc(self, *arguments: str) -> str:
        """What a dvc command prints. Raises LabError with the remote's part in its failure.

        Only what talks to the remote has a time limit.
        """
        seconds = self.remote.seconds if arguments[0] in ("pull", "push") else None
        message = f"dvc {' '.join(arguments)}: {self.remote}"
        try:
            return run([sys.executable, "-m", "dvc", *arguments], self.lab, self.env, seconds)
        except subprocess.TimeoutExpired:
            raise LabError(f"{message} did not finish within {seconds:g} s (more: DVC_REMOTE_SECONDS)") from None
        except subprocess.CalledProcessError as error:
            raise LabError(f"{message}: {self.remote.explain(error.stderr)}") from error


def run(command: list[str], folder: Path, env: dict[str, str], seconds: float | None = None) -> str:
    """What the command prints. Raises CalledProcessError, TimeoutExpired."""
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True, timeout=seconds)
    return done.stdout.strip()


def environment(scratch: Path) -> dict[str, str]:
    """The environment of this process without anybody's git and DVC settings.

    GIT_DIR and its kin, as set inside a git hook, would lead our git commands to another repository.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"  # stages call `python`
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    env |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    for role in ("AUTHOR", "COMMITTER"):  # `dvc exp run` commits inside the clone
        env |= {f"GIT_{role}_NAME": "lab4", f"GIT_{role}_EMAIL": "lab4@example.invalid"}
    for name in ("GLOBAL_CONFIG", "SYSTEM_CONFIG", "SITE_CACHE"):
        env[f"DVC_{name}_DIR"] = str(scratch / name)
    env.setdefault("AWS_MAX_ATTEMPTS", "2")  # more take longer than a person waits
    return env | {"DVC_NO_ANALYTICS": "1"}


def is_true(command: list[str], env: dict[str, str]) -> bool:
    """Whether the git command succeeds here and does not print "false"."""
    try:
        return run(command, HERE, env) != "false"
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False


def require_history(env: dict[str, str]) -> None:
    """Raises NoHistoryError, with the remedy, when a version's commit is not in the history of HEAD."""
    for version in load():
        if not is_true(["git", "merge-base", "--is-ancestor", version.commit, "HEAD"], env):
            remedy = "clone the repository with git to have it"
            if is_true(["git", "rev-parse", "--is-shallow-repository"], env):
                remedy = "get it with: git fetch --unshallow"
            commit = f"commit {version.commit[:10]} of {version.name}"
            raise NoHistoryError(f"{commit} is not in the history here; {remedy}")


@contextmanager
def cloned(remote: Remote) -> Iterator[Clone]:
    """A clone for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="lab4-") as folder:
        scratch = Path(folder).resolve()
        env = environment(scratch)
        require_history(env)
        root = Path(run(["git", "rev-parse", "--show-toplevel"], HERE, env))
        run(["git", "clone", "--quiet", "--no-hardlinks", str(root), str(scratch / "clone")], scratch, env)
        lab = scratch / "clone" / HERE.relative_to(root)
        if remote.url:
            config = lab / ".dvc" / "config.local"
            config.touch(mode=0o600)
            config.write_text(remote.config(), encoding="utf-8")
        yield Clone(lab, env, remote)
