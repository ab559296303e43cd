"""What the tests of this folder share: a scratch copy of the repository, and one run of the pipeline in it."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

LAB = Path(__file__).resolve().parents[1]
# What a person may have set, and what must not reach the workspace: signing, hooks, line ends, ignored tables.
HOSTILE_GITCONFIG = """
[user]
  name = Outer Person
  email = outer@example.invalid
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


def clean_environment() -> dict[str, str]:
    """This process's environment without what would change where the data go."""
    prefixes = ("DVC_", "AWS_", "GIT_", "EXP_", "LAB4_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    return {**kept, "TITANIC_TIMEOUT": "0", "OMP_NUM_THREADS": "1"}


@dataclass
class Scratch:
    """A copy of the root's files and of lab4, in a path with a space."""

    root: Path
    env: dict[str, str] = field(default_factory=clean_environment)

    @property
    def lab(self) -> Path:
        return self.root / "lab4"

    def bash(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", str(self.lab / arguments[0]), *arguments[1:]]
        return self._run(command, env)

    def python(self, script: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, str(self.lab / script), *arguments], env)

    def git(self, folder: str, *arguments: str) -> str:
        env = {**self.env, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=self.lab / folder, env=env, capture_output=True, text=True, check=True
        ).stdout.strip()

    def _run(self, command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root.parent,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )


def copy_repository(folder: Path) -> Path:
    """The files git knows or would know, and the environment by a link."""
    root = folder / "a copy"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", "lab4"],
        cwd=LAB.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in [*filter(None, listed.split("\0")), "env.sh", "requirements.txt", ".gitignore"]:
        if (LAB.parent / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(LAB.parent / name, root / name)
    # env.sh would renew an environment that does not fit the lock, through the link as well.
    lock = hashlib.sha256((root / "requirements.txt").read_bytes()).hexdigest()
    assert (LAB.parent / ".venv/.complete").read_text().startswith(lock), "renew .venv first: . ./env.sh"
    (root / ".venv").symlink_to(LAB.parent / ".venv")
    return root


@pytest.fixture
def offline() -> dict[str, str]:
    """The environment of a run that uses the pinned copy and spends no time on the network."""
    return clean_environment()


@pytest.fixture(scope="session")
def outer(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """The copy as a git repository of a person whose git settings would break any commit of ours."""
    scratch = Scratch(copy_repository(tmp_path_factory.mktemp("outer")))
    home = scratch.root.parent / "home"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    for hook in ("pre-commit", "commit-msg", "post-commit", "pre-push"):
        (hooks / hook).write_text("#!/bin/sh\nexit 1\n")
        (hooks / hook).chmod(0o755)
    (home / "ignored").write_text("*.csv\n*.dvc\n*.py\n")
    scratch.git("..", "init", "--quiet", "--initial-branch=main")
    scratch.git("..", "add", "--all")
    scratch.git("..", "-c", "user.name=o", "-c", "user.email=o@example.invalid", "commit", "-qm", "outer")
    (home / ".gitconfig").write_text(HOSTILE_GITCONFIG.format(hooks=hooks, home=home))
    scratch.env["HOME"] = str(home)
    return scratch


@dataclass
class Run:
    """The first run of the pipeline, and the outer repository before and after it."""

    scratch: Scratch
    done: subprocess.CompletedProcess[str]
    before: dict[str, str]
    after: dict[str, str]


def state(scratch: Scratch) -> dict[str, str]:
    return {
        "HEAD": scratch.git("..", "rev-parse", "HEAD"),
        "refs": scratch.git("..", "for-each-ref"),
        "reflog": scratch.git("..", "reflog"),
        "status": scratch.git("..", "status", "--porcelain"),
        "config": (scratch.root / ".git" / "config").read_text(),
        "index": scratch.git("..", "ls-files", "--stage"),
        "home": (scratch.root.parent / "home" / ".gitconfig").read_text(),
    }


@pytest.fixture(scope="session")
def run(outer: Scratch) -> Run:
    """bash lab4/pipeline.sh from another directory, with git's variables set as inside a hook of the outer one."""
    before = state(outer)
    hook = {"GIT_DIR": f"{outer.root}/.git", "GIT_WORK_TREE": str(outer.root), "GIT_INDEX_FILE": ".git/index"}
    done = outer.bash("pipeline.sh", **hook)
    return Run(outer, done, before, state(outer))


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """v1.csv, v2.csv and v3.csv, made by the steps' own functions."""
    from lab4 import data_creation, fill_age, one_hot_sex

    folder = tmp_path_factory.mktemp("tables")
    raw = data_creation.from_snapshot(LAB / "snapshot" / "train.csv")
    v1 = data_creation.select(raw, data_creation.Columns.V1, with_id=False)
    data_creation.write(data_creation.to_csv(v1), folder / "v1.csv")
    fill_age.write(fill_age.fill_age(fill_age.read(folder / "v1.csv")), folder / "v2.csv")
    one_hot_sex.write(one_hot_sex.one_hot_sex(one_hot_sex.read(folder / "v2.csv")), folder / "v3.csv")
    return folder


def publish_here(scratch: Scratch) -> None:
    """publish.py's main in this process, which saves a second's start; it changes the environment for good."""
    from lab4 import publish

    lab, before = scratch.lab, dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(scratch.env)
        publish.main(lab / "data", lab / "workspace", lab / "remote", lab / "reports", fresh=False)
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def fresh(tmp_path: Path, tables: Path) -> Scratch:
    """A copy in which the steps have run and nothing is published yet."""
    scratch = Scratch(copy_repository(tmp_path))
    shutil.copytree(tables, scratch.lab / "data")
    return scratch
