"""A run that SIGKILL ends at any of its lines leaves no output, or a whole one; --resume then gives the same bytes."""

import fcntl
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checkout import Checkout
from tests.support.scoring_input import table

# Runs `python -m scoring` with a state on the disk after every block, and kills itself at the line of that number.
PROGRAM = """
import os, runpy, signal, sys
from pathlib import Path
import scoring.run
from service.batch import csv_lines

last, lines = int(sys.argv.pop(1)), 0
scoring.run.SECONDS = 0
csv_lines.BYTES = 8192
folder = str(Path(scoring.run.__file__).parent)

def trace(frame, event, argument):
    if not frame.f_code.co_filename.startswith(folder):
        return None
    return line

def line(frame, event, argument):
    global lines
    lines += event == "line"
    if lines == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return line

sys.settrace(trace)
try:
    runpy.run_module("scoring", run_name="__main__")
finally:
    sys.settrace(None)
    print("lines", lines, file=sys.stderr)
"""


def score(checkout: Checkout, last_line: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Score until this line is reached; 0 for a whole run."""
    home = checkout.root / "final"
    return subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, str(last_line), *arguments],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def rows(trained: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    table(trained, path := tmp_path_factory.mktemp("rows") / "in.csv")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:1500]))
    return path


@pytest.mark.parametrize("form", ["csv", *(pytest.param(form, marks=pytest.mark.slow) for form in ("json", "parquet"))])
def test_a_killed_run_goes_on_to_the_same_bytes(trained: Checkout, rows: Path, tmp_path: Path, form: str) -> None:
    whole, output, errors = tmp_path / f"whole.{form}", tmp_path / f"out.{form}", tmp_path / "errors.csv"
    undisturbed = score(trained, 0, str(rows), str(whole), "--errors", str(errors))
    assert undisturbed.returncode == 0, undisturbed.stderr
    lines = int(undisturbed.stderr.split()[-1])
    expected, wrong = whole.read_bytes(), errors.read_bytes()
    errors.unlink()
    moments = random.Random(form)
    words = [str(rows), str(output), "--errors", str(errors)]
    for _ in range(2):
        killed = score(trained, moments.randrange(lines // 10, lines), *words)
        assert killed.returncode == -9, killed.stderr
        again = score(trained, moments.randrange(lines // 10, lines), *words, "--resume")
        assert again.returncode in (0, -9), again.stderr
        assert not output.exists() or output.read_bytes() == expected
        done = score(trained, 0, *words, "--resume")
        assert done.returncode == 0, done.stderr
        assert (output.read_bytes(), errors.read_bytes()) == (expected, wrong)
        output.unlink()
        errors.unlink()
    assert [path.name for path in tmp_path.iterdir()] == [whole.name]


@pytest.fixture
def killed(trained: Checkout, rows: Path, tmp_path: Path) -> Path:
    """The output of a run that was killed when some rows were on the disk."""
    output = tmp_path / "out.csv"
    lines = int(score(trained, 0, str(rows), str(output)).stderr.split()[-1])
    output.unlink()
    assert score(trained, lines * 2 // 3, str(rows), str(output)).returncode == -9
    assert (tmp_path / "out.csv.part.json").exists()
    return output


def test_only_the_same_run_is_resumed(trained: Checkout, rows: Path, killed: Path) -> None:
    part = killed.with_name("out.csv.part").read_bytes()
    other = trained.bash("score.sh", str(rows), str(killed), "--resume", "--formulas", "escape")
    assert other.returncode == 1
    assert "had --formulas 'keep', and this one has 'escape': run it again without --resume" in other.stderr
    os.utime(rows, (1, 1))
    changed = trained.bash("score.sh", str(rows), str(killed), "--resume")
    assert changed.returncode == 1
    assert "had another INPUT, or INPUT has changed since" in changed.stderr
    assert killed.with_name("out.csv.part").read_bytes() == part


def test_without_resume_it_begins_anew(trained: Checkout, rows: Path, killed: Path) -> None:
    done = trained.bash("score.sh", str(rows), str(killed))
    assert done.returncode == 0
    assert "what a killed run left is replaced" in done.stderr
    assert [path.name for path in killed.parent.iterdir()] == ["out.csv"]
    assert killed.read_text().count("\n") == 1500


def test_two_runs_do_not_write_one_output(trained: Checkout, rows: Path, tmp_path: Path) -> None:
    with (tmp_path / "out.csv.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        refused = trained.bash("score.sh", str(rows), str(tmp_path / "out.csv"))
        assert refused.returncode == 1
        assert "out.csv.part: another run is writing the same output" in refused.stderr
    done = trained.bash("score.sh", str(rows), str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
