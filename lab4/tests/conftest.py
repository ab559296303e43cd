"""What the tests of this folder share: one run of the pipeline in a clone, and clones that a test may change."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import lacks
from lab4.tests.support import scratch
from lab4.tests.support.scratch import Done, Scratch


@dataclass(frozen=True)
class Run:
    """The run of the pipeline, and the repository before and after it."""

    scratch: Scratch
    done: Done
    before: dict[str, str]
    after: dict[str, str]


@pytest.fixture(scope="session")
def history() -> None:
    """Skips a test that needs the commits of the published versions when this checkout has none of them."""
    if reason := scratch.missing_history():
        lacks(reason)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, history: None) -> Run:
    """bash lab4/pipeline.sh from another folder, with git's variables set as inside a hook, and hostile settings."""
    folder = tmp_path_factory.mktemp("run")
    clone = scratch.clone(folder)
    clone.env["HOME"] = scratch.hostile_home(folder)
    before = clone.state()
    hook = {"GIT_DIR": f"{clone.root}/.git", "GIT_WORK_TREE": str(clone.root), "GIT_INDEX_FILE": ".git/index"}
    done = clone.run("pipeline.sh", **hook)
    return Run(clone, done, before, clone.state())


@pytest.fixture
def clone(run: Run, tmp_path: Path) -> Scratch:
    """A copy of the clone in which the pipeline has run."""
    shutil.copytree(run.scratch.root, tmp_path / "a clone", symlinks=True)
    return Scratch(tmp_path / "a clone", dict(run.scratch.env))
