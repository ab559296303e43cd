"""The pipeline from scratch: without a network, with hostile settings around it, in a path with a space."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from conftest import lacks
from lab5.tests.support.notebook import LAB, differences, read, same_picture, written_file

LINE = "Data quality: 3 clean datasets passed, 1 noisy dataset found\n"
PICTURES = ("clean_data.png", "noised_data.png")
Done = subprocess.CompletedProcess[str]


def no_network() -> tuple[str, ...]:
    """The command that takes the network away, loopback included, if the system allows it."""
    command = ("unshare", "--map-root-user", "--net")
    if (
        shutil.which("unshare") is None
        or subprocess.run([*command, "true"], capture_output=True, check=False).returncode
    ):
        return ()
    return command


@dataclass(frozen=True)
class Copy:
    """A copy of the repository's files that lab5 needs."""

    lab: Path

    def run(self, *arguments: str, before: tuple[str, ...] = (), **environment: str) -> Done:
        command = [*before, "bash", str(self.lab / "pipeline.sh"), *arguments]
        env = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
        return subprocess.run(command, capture_output=True, text=True, cwd="/", env=env, check=False, timeout=400)

    def edit(self, old: str, new: str) -> None:
        """Replace a text that is exactly once in the code of the notebook."""
        notebook = read(self.lab / "quality.ipynb")
        (changed,) = (c for c in notebook.cells if c.cell_type == "code" and old in c.source)
        changed.source = changed.source.replace(old, new)
        nbformat.write(notebook, self.lab / "quality.ipynb")  # type: ignore[no-untyped-call]

    def contents(self) -> dict[str, bytes]:
        files = (p for p in self.lab.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        return {str(p.relative_to(self.lab)): p.read_bytes() for p in files}


@pytest.fixture(scope="module")
def copies(copy_repository: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Copy]:
    def make() -> Copy:
        folder = tmp_path_factory.mktemp("lab5") / "a copy"
        return Copy(copy_repository(folder, "lab5", "tools", "env.sh", "requirements.txt") / "lab5")

    return make


@pytest.fixture(scope="module")
def fresh(copies: Callable[[], Copy], tmp_path_factory: pytest.TempPathFactory) -> tuple[Copy, Done]:
    """A run with --update in which the settings of the user and of the repository would spoil the verdict."""
    copy, home = copies(), tmp_path_factory.mktemp("hostile")
    (copy.lab.parent / "conftest.py").write_text("raise RuntimeError('pytest read the conftest of the repository')\n")
    (copy.lab.parent / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = ['--no-such-option']\n")
    kernel = home / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"}))
    (home / "startup.py").write_text("raise SystemExit('the kernel ran PYTHONSTARTUP')\n")
    (home / "matplotlibrc").write_text("figure.facecolor: red\n")
    (copy.lab / "clean_data.png").write_bytes(b"stale")
    (copy.lab / "tmp").mkdir()
    environment = {
        "TMPDIR": str(copy.lab / "tmp"),
        "JUPYTER_PATH": str(home),
        "PYTHONSTARTUP": str(home / "startup.py"),
        "MATPLOTLIBRC": str(home),
        "PYTEST_ADDOPTS": "-k nothing",
        "FORCE_COLOR": "1",
    }
    return copy, copy.run("--update", before=no_network(), **environment)


def test_stdout_is_the_one_line(fresh: tuple[Copy, Done]) -> None:
    done = fresh[1]
    assert (done.returncode, done.stdout) == (0, LINE), done.stderr
    assert "lab5: cell 'prediction'" in done.stderr


def test_runs_without_a_network(fresh: tuple[Copy, Done]) -> None:
    if not no_network():
        lacks("no right to take the network away (unshare)")
    assert fresh[1].returncode == 0, fresh[1].stderr


def test_committed_outputs_are_those_of_a_fresh_run(fresh: tuple[Copy, Done]) -> None:
    """If this fails, the notebook was edited without: bash lab5/pipeline.sh --update."""
    reports = fresh[0].lab / "reports"
    assert differences(read(LAB / "quality.ipynb"), read(reports / "quality.ipynb")) == []
    for name in PICTURES:
        assert same_picture((LAB / name).read_bytes(), (reports / name).read_bytes()), name


def test_update_refreshes_the_committed_files_and_leaves_nothing_else(fresh: tuple[Copy, Done]) -> None:
    lab = fresh[0].lab
    assert {p.name for p in (lab / "reports").iterdir()} == {"quality.ipynb", *PICTURES}
    for name in ("quality.ipynb", *PICTURES):
        assert (lab / name).read_bytes() == (lab / "reports" / name).read_bytes()
    assert not list((lab / "tmp").iterdir())
    assert not {"test_quality.py", "data", "model"} & {p.name for p in lab.iterdir()}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "    noised = spoil(noised, kind, rng)\n",
            "    rng.normal(0, 8)\n",
            "verdict.py: quality.ipynb: test_prediction[noised] is PASSED, must be FAILED",
        ),
        (
            "regression = LinearRegression().fit(",
            "regression = LinearRegression().fti(",
            "execute.py: quality.ipynb: cell 'model' raised AttributeError: 'LinearRegression' object",
        ),
    ],
    ids=["no noise", "a cell raises"],
)
def test_a_failed_run_says_why_and_changes_nothing(
    copies: Callable[[], Copy], old: str, new: str, message: str
) -> None:
    copy = copies()
    copy.edit(old, new)
    (copy.lab / "reports").mkdir()
    (copy.lab / "reports" / "quality.ipynb").write_text("the earlier report")
    before = copy.contents()
    done = copy.run("--update")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert copy.contents() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        ('{"cells": [', "not a notebook"),
        ("while True: pass", "cell 'only' took longer than 1 s (--timeout)"),
        ("import os\nos._exit(1)", "cell 'only' ended the kernel"),
    ],
)
def test_a_notebook_that_cannot_be_run_is_named(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "small.ipynb"
    if content and content.startswith("{"):
        path.write_text(content)
    elif content:
        only = nbformat.v4.new_code_cell(content, id="only")  # type: ignore[no-untyped-call]
        nbformat.write(nbformat.v4.new_notebook(cells=[only]), path)  # type: ignore[no-untyped-call]
    (tmp_path / "work").mkdir()
    command = [sys.executable, str(LAB / "execute.py"), "--workdir", str(tmp_path / "work"), "--notebook", str(path)]
    seconds = "1" if "1 s" in message else "60"
    done = subprocess.run([*command, "--timeout", seconds], capture_output=True, text=True, check=False, timeout=100)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "small.ipynb" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "work" / "quality.ipynb").exists()


def test_help_is_shown_and_an_unknown_option_is_refused(copies: Callable[[], Copy]) -> None:
    copy = copies()
    shown, refused = copy.run("--help"), copy.run("--updtae")
    assert (shown.returncode, refused.returncode, refused.stdout) == (0, 2, "")
    assert shown.stdout.startswith("Runs lab5/quality.ipynb from scratch")
    assert "unknown argument '--updtae'" in refused.stderr


def test_the_written_test_file_passes_the_checks_of_the_repository(
    notebook: nbformat.NotebookNode, tmp_path: Path
) -> None:
    path = tmp_path / "test_quality.py"
    path.write_text(written_file(notebook))
    settings = str(LAB.parent / "pyproject.toml")
    for command in (
        ["ruff", "check", "--config", settings, str(path)],
        ["ruff", "format", "--check", "--config", settings, str(path)],
        ["mypy", "--config-file", settings, str(path)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=LAB.parent)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_test_file_left_by_a_run_by_hand_is_neither_collected_nor_committed(tmp_path: Path) -> None:
    lab = tmp_path / "lab5"
    lab.mkdir()
    shutil.copy(LAB / "conftest.py", lab)
    for name in ("test_quality.py", "test_other.py"):
        (lab / name).write_text("def test_other(): pass\n")
    options = ["--collect-only", "-q", "-c", str(LAB.parent / "pyproject.toml"), "--rootdir", str(tmp_path)]
    done = subprocess.run(["pytest", *options, str(lab)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "1 test collected" in done.stdout, done.stdout + done.stderr
    assert "/test_quality.py" in (LAB / ".gitignore").read_text().splitlines()
