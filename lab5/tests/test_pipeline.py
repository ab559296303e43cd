"""The pipeline, run once from scratch: without a network, under a hostile environment, inside the repository's tree."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from conftest import lacks

LAB = Path(__file__).resolve().parents[1]
LINE = "Data quality: 3 clean datasets passed, 1 noisy dataset found\n"
Done = subprocess.CompletedProcess[str]


def no_network() -> tuple[str, ...]:
    """The command that takes the network away, loopback included, where the system lets us."""
    command = ("unshare", "--map-root-user", "--net")
    able = (
        shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    )
    return command if able else ()


def compared(old: Path, new: Path) -> Done:
    command = ["python", str(LAB / "compare.py"), str(old), str(new)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def fresh(
    copy: Callable[[], Path], pipeline: Callable[..., Done], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Done]:
    """A run where the user's and the repository's settings would spoil the verdict; one saved output is stale."""
    root, home = copy(), tmp_path_factory.mktemp("hostile")
    (root / "conftest.py").write_text("raise RuntimeError('the inner pytest read the conftest of the repository')\n")
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = ['--no-such-option']\n")
    kernel = home / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"}))
    (home / "startup.py").write_text("raise SystemExit('the kernel ran PYTHONSTARTUP')\n")
    (home / "matplotlibrc").write_text("figure.facecolor: red\n")
    committed = nbformat.read(root / "lab5" / "quality.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    next(cell for cell in committed.cells if cell.id == "model").outputs[0].text = "sd 999.99\n"
    nbformat.write(committed, root / "lab5" / "quality.ipynb")  # type: ignore[no-untyped-call]
    (root / "lab5" / "tmp").mkdir()
    env = {
        "TMPDIR": str(root / "lab5" / "tmp"),
        "JUPYTER_PATH": str(home),
        "PYTHONSTARTUP": str(home / "startup.py"),
        "MATPLOTLIBRC": str(home),
        "PYTEST_ADDOPTS": "-k nothing",
        "DATASETS": "noised",
        "FORCE_COLOR": "1",
    }
    return root, pipeline(root, before=no_network(), **env)


def test_stdout_is_the_one_line(fresh: tuple[Path, Done]) -> None:
    done = fresh[1]
    assert (done.returncode, done.stdout) == (0, LINE), done.stderr


def test_runs_without_a_network(fresh: tuple[Path, Done]) -> None:
    if not no_network():
        lacks("no right to take the network away (unshare)")
    assert fresh[1].returncode == 0, fresh[1].stderr


def test_progress_goes_to_stderr_cell_by_cell(fresh: tuple[Path, Done]) -> None:
    progress = [line for line in fresh[1].stderr.splitlines() if line.startswith("lab5: cell ")]
    total = int(progress[0].split(" of ")[1].split(",")[0])
    assert [int(line.split()[2]) for line in progress] == list(range(1, total + 1))
    assert "under '5. The test'" in fresh[1].stderr


def test_reports_hold_the_executed_notebook_and_nothing_is_left_behind(fresh: tuple[Path, Done]) -> None:
    lab = fresh[0] / "lab5"
    assert {p.name for p in (lab / "reports").iterdir()} == {"quality.ipynb", "clean_data.png", "noised_data.png"}
    assert not list((lab / "tmp").iterdir())
    assert not {"test_quality.py", "data", "model"} & {p.name for p in lab.iterdir()}
    assert "999.99" in (lab / "quality.ipynb").read_text(), "without --update the committed notebook stays as it was"


def test_committed_outputs_are_those_of_a_fresh_run(fresh: tuple[Path, Done]) -> None:
    """If this fails, the notebook was edited without: bash lab5/pipeline.sh --update."""
    done = compared(LAB, fresh[0] / "lab5" / "reports")
    assert done.returncode == 0, done.stderr


def test_a_stale_notebook_is_named_and_refreshed_on_request(
    fresh: tuple[Path, Done], pipeline: Callable[..., Done]
) -> None:
    root, first = fresh
    assert "compare.py: the output of cell 'model' is not what it gives now" in first.stderr
    assert "bash lab5/pipeline.sh --update" in first.stderr
    second = pipeline(root, "--update")
    assert (second.returncode, second.stdout) == (0, LINE), second.stderr
    assert "compare.py" not in second.stderr
    assert compared(LAB, root / "lab5").returncode == 0


def test_help_and_an_unknown_option(pipeline: Callable[..., Done]) -> None:
    shown, refused = pipeline(LAB.parent, "--help"), pipeline(LAB.parent, "--updtae")
    assert (shown.returncode, refused.returncode) == (0, 2)
    assert shown.stdout.startswith("usage: ")
    assert refused.stdout == ""
    assert refused.stderr.startswith("usage: ")
