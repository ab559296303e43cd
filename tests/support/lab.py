"""A copy of a lab that a test may run and change, and what a refusal must look like."""

import io
import os
import runpy
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[2]
QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
MADE = ("data", "model", "reports", "run")
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Lab:
    """A copy of one lab and of what its pipeline needs from the root."""

    path: Path
    cwd: Path

    def run(self, script: str, *options: str | Path, **environment: str) -> Done:
        """Run a script of the copy, as a user does, from a directory that is not the lab's."""
        program = "bash" if script.endswith(".sh") else str(ROOT / ".venv/bin/python")
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [program, str(self.path / script), *map(str, options)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.cwd,
            env=env | QUIET | environment,
            timeout=570,
            check=False,
        )

    def run_here(self, script: str, *options: str | Path) -> Done:
        """The same without a process of its own, which saves the seconds of its imports."""
        out, err = io.StringIO(), io.StringIO()
        command = [str(self.path / script), *map(str, options)]
        with (
            redirect_stdout(out),
            redirect_stderr(err),
            patch.object(sys, "argv", command),
            threadpool_limits(1),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("error")
            try:
                runpy.run_path(command[0], run_name="__main__")
                code = 0
            except SystemExit as end:  # what Python does with it: a text goes to stderr and means 1
                code = 1 if isinstance(end.code, str) else end.code or 0
                print(end.code if isinstance(end.code, str) else "", file=err)
        return Done(command, code, out.getvalue(), err.getvalue())

    def outputs(self, *folders: str) -> dict[str, bytes]:
        """The content of all files below the folders, those in the making aside."""
        found = [path for folder in folders or MADE for path in (self.path / folder).rglob("*")]
        files = [path for path in found if path.is_file() and not path.name.startswith(".") and path.suffix != ".new"]
        return {str(path.relative_to(self.path)): path.read_bytes() for path in files}


@dataclass(frozen=True)
class Run:
    """A lab after its pipeline ran, and how the run ended."""

    lab: Lab
    done: Done


def fixtures(name: str) -> tuple[object, object, object]:
    """The fixtures `fresh`, `ran` and `lab` of a lab, which its conftest gives these names."""

    @pytest.fixture(scope="session")
    def fresh(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[..., Path]) -> Lab:
        """A fresh clone, in a path with a space: nothing in it that an earlier run made."""
        home = tmp_path_factory.mktemp(name)
        clone = copy_repository(home / "a clone", name, f":!{name}/jenkins", "tools", "env.sh", "requirements.txt")
        (home / "elsewhere").mkdir()
        return Lab(clone / name, home / "elsewhere")

    @pytest.fixture(scope="session")
    def ran(fresh: Lab) -> Run:
        """The real pipeline in the fresh clone; read only, for every test."""
        return Run(fresh, fresh.run("pipeline.sh"))

    @pytest.fixture
    def lab(ran: Run, tmp_path: Path) -> Lab:
        """A copy of the finished lab that a test may change."""
        shutil.copytree(ran.lab.path.parent, tmp_path / "a copy", symlinks=True)
        return Lab(tmp_path / "a copy" / name, tmp_path)

    return fresh, ran, lab


def refused(done: Done, *words: str, code: int = 1) -> None:
    """The run ended with the code and one message that holds the words: no result, no stack trace."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr
