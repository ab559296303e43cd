"""One real run of the pipeline, in a copy of what git knows, in a path with a space."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from lab2.tests.scratch import ROOT, Lab, Run


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A fresh clone: tracked and new files only, so nothing that an earlier run made."""
    home = tmp_path_factory.mktemp("lab2")
    clone = home / "a clone"
    listed = ["git", "ls-files", "-co", "--exclude-standard", "lab2", "env.sh", "requirements.txt"]
    for name in subprocess.check_output(listed, cwd=ROOT, text=True).splitlines():
        if (ROOT / name).is_file() and not name.startswith("lab2/jenkins"):
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    (clone / ".venv").symlink_to(ROOT / ".venv")
    (home / "elsewhere").mkdir()
    return Lab(clone / "lab2", home / "elsewhere")


@pytest.fixture(scope="session")
def ran(fresh: Lab) -> Run:
    """The real pipeline in the fresh clone; read only, for every test."""
    return Run(fresh, fresh.run("pipeline.sh"))


@pytest.fixture
def lab(ran: Run, tmp_path: Path) -> Lab:
    """A copy of the finished lab that a test may change."""
    clone = tmp_path / "a copy"
    shutil.copytree(ran.lab.path.parent, clone, symlinks=True)
    return Lab(clone / "lab2", tmp_path)


@pytest.fixture(scope="session")
def snapshot() -> pd.DataFrame:
    """The packaged table as anybody would read it."""
    return pd.read_csv(ROOT / "lab2/snapshot/seattle-weather.csv", parse_dates=["date"])
