"""One real run of the pipeline, in a copy of what git knows, in a path with a space."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lab1.tests.scratch import ROOT, Lab, Run


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A fresh clone: tracked and new files only, so nothing that an earlier run made."""
    home = tmp_path_factory.mktemp("lab1")
    clone = home / "a clone"
    known = subprocess.check_output(
        ["git", "ls-files", "-co", "--exclude-standard", "lab1", "env.sh", "requirements.txt"],
        cwd=ROOT,
        text=True,
    )
    for name in known.splitlines():
        if (ROOT / name).exists():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    (clone / ".venv").symlink_to(ROOT / ".venv")
    (home / "elsewhere").mkdir()
    return Lab(clone / "lab1", home / "elsewhere")


@pytest.fixture(scope="session")
def ran(fresh: Lab) -> Run:
    """The real pipeline in the fresh clone; read only, for every test."""
    return Run(fresh, fresh.run("pipeline.sh"))


@pytest.fixture
def lab(ran: Run, tmp_path: Path) -> Lab:
    """A copy of the finished lab that a test may change."""
    clone = tmp_path / "a copy"
    shutil.copytree(ran.lab.path.parent, clone, symlinks=True)
    return Lab(clone / "lab1", tmp_path)
