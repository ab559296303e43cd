"""Copies of the repository that a test may run and change, in a path with a space."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lab4.versions import Version, load

LAB: Final = Path(__file__).resolve().parents[2]
ROOT: Final = LAB.parent
FILES: Final = ("lab4", "tools", "env.sh", "requirements.txt", ".gitignore")  # what the lab reads
IDENTITY: Final = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgSign=false")
# What a person may have set, and what must not reach the clones that the pipeline makes.
HOSTILE_GITCONFIG: Final = """
[commit]
  gpgsign = true
[tag]
  gpgsign = true
[core]
  autocrlf = true
  hooksPath = {hooks}
  excludesFile = {home}/ignored
[init]
  defaultBranch = trunk
"""
Done = subprocess.CompletedProcess[str]


def clean_environment() -> dict[str, str]:
    """The environment of this process without what would change where the data go."""
    prefixes = ("DVC_", "AWS_", "GIT_", "EXP_", "LAB4_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    return {**kept, "TITANIC_TIMEOUT": "0", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Scratch:
    """A copy of the repository, and the environment in which its programs run."""

    root: Path
    env: dict[str, str] = field(default_factory=clean_environment)

    @property
    def lab(self) -> Path:
        return self.root / "lab4"

    def run(self, *command: str, **env: str) -> Done:
        """A program of the lab, from a folder that is not the lab's."""
        program = ["bash"] if command[0].endswith(".sh") else [sys.executable]
        return subprocess.run(
            [*program, str(self.lab / command[0]), *command[1:]],
            cwd=self.root.parent,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=550,
            check=False,
        )

    def dvc(self, *arguments: str) -> Done:
        """A dvc command as a person types it in the folder lab4."""
        command = [sys.executable, "-m", "dvc", *arguments]
        return subprocess.run(command, cwd=self.lab, env=self.env, capture_output=True, text=True, check=False)

    def git(self, *arguments: str) -> str:
        env = {**self.env, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", *IDENTITY, *arguments]
        return subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, text=True, check=True
        ).stdout.strip()

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def state(self) -> dict[str, str]:
        """What the pipeline must leave alone in the repository and in the user's settings."""
        return {
            "HEAD": self.git("rev-parse", "HEAD"),
            "refs": self.git("for-each-ref"),
            "reflog": self.git("reflog"),
            "status": self.git("status", "--porcelain"),
            "config": (self.root / ".git" / "config").read_text(),
            "index": self.git("ls-files", "--stage"),
            "settings": (self.root.parent / "home" / ".gitconfig").read_text(),
        }


def with_environment(root: Path) -> Path:
    """The copy with the environment of this repository, so that env.sh makes none."""
    (root / ".venv").symlink_to(ROOT / ".venv")
    return root


def clone(folder: Path, *options: str) -> Scratch:
    """A clone of this repository in which what is not committed here is committed too."""
    root = folder / "a clone"
    command = ["git", "clone", "--quiet", *options, f"file://{ROOT}", str(root)]
    subprocess.run(command, env=clean_environment(), check=True)
    scratch = Scratch(with_environment(root))
    overlay(root)
    scratch.commit("what is not committed yet")
    return scratch


def overlay(root: Path) -> None:
    """Replaces the lab's files of a clone with those of the working tree."""
    shutil.rmtree(root / "lab4", ignore_errors=True)
    command = ["git", "ls-files", "-coz", "--exclude-standard", "--", *FILES]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)


def published() -> dict[str, Version]:
    return {version.name: version for version in load()}


def missing_history() -> str | None:
    """Why this checkout has no history of the versions, if it has none."""
    for version in load():
        command = ["git", "merge-base", "--is-ancestor", version.commit, "HEAD"]
        if subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode:
            return f"no commit {version.commit[:10]} of {version.name} in this checkout (shallow, or a copy)"
    return None


def hostile_home(folder: Path) -> str:
    """A home folder whose git settings would break any commit of ours."""
    home = folder / "home"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    for hook in ("pre-commit", "commit-msg", "post-commit", "pre-push", "post-checkout"):
        (hooks / hook).write_text("#!/bin/sh\nexit 1\n")
        (hooks / hook).chmod(0o755)
    (home / "ignored").write_text("*.csv\n*.dvc\n*.py\n")
    (home / ".gitconfig").write_text(HOSTILE_GITCONFIG.format(hooks=hooks, home=home))
    return str(home)


def stopped(done: Done, *parts: str) -> None:
    """One message that names these, no result and no stack trace."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    for part in parts:
        assert part in done.stderr
