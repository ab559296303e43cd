"""Each gate fires through the real pipeline, says why, prints no result and leaves the earlier outputs whole."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

LAB = Path(__file__).resolve().parents[1]
Done = subprocess.CompletedProcess[str]

SPOIL = "    noised = spoil(noised, kind, rng)\n"
CLEAN = 'for city, data in {"train": train, **clean}.items():'
CHANGES = {
    "the noise is mended": (
        (SPOIL, "    rng.normal(0, 8)\n"),
        "verdict.py: quality.ipynb: noised PASSED: its noise was mended or the limits were loosened",
    ),
    "one limit is loosened a little": (
        ("high=line.sd * np.sqrt(ratio)", "high=1.05 * line.sd * np.sqrt(ratio)"),
        "calibrate.py: quality.ipynb: the limit of RMSE is too loose",
    ),
    "a clean dataset is broken": (
        (CLEAN, f'clean["hillford"].loc[100:140, "tmax"] = 15.0\n{CLEAN}'),
        "verdict.py: quality.ipynb: clean dataset hillford FAILED: hillford: ",
    ),
    "a cell raises": (
        ("regression = LinearRegression().fit(", "regression = LinearRegression().fti("),
        "cell 4 of 26, 'model', under '2. The model', raised AttributeError: 'LinearRegression' object",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_run_fails_when(
    change: str,
    copy: Callable[[], Path],
    edit: Callable[[Path, str, str], None],
    pipeline: Callable[..., Done],
    contents: Callable[[Path], dict[str, bytes]],
) -> None:
    (old, new), message = CHANGES[change]
    root = copy()
    edit(root, old, new)
    (root / "lab5" / "reports").mkdir()
    (root / "lab5" / "reports" / "quality.ipynb").write_text("the earlier report")
    before = contents(root)
    done = pipeline(root, "--update")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(root) == before


def execute(workdir: Path, notebook: Path, *arguments: str) -> Done:
    command = ["python", str(LAB / "execute.py"), "--workdir", str(workdir), "--notebook", str(notebook), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("while True: pass", "cell 1 of 1, 'only', under 'start', took longer than 1 s (--timeout)"),
        ("import os\nos._exit(1)", "cell 1 of 1, 'only', under 'start', ended the kernel"),
    ],
)
def test_a_cell_that_hangs_or_ends_the_kernel_is_named(tmp_path: Path, code: str, message: str) -> None:
    cell = nbformat.v4.new_code_cell(code, id="only")  # type: ignore[no-untyped-call]
    node = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    nbformat.write(node, tmp_path / "small.ipynb")  # type: ignore[no-untyped-call]
    (tmp_path / "work").mkdir()
    done = execute(tmp_path / "work", tmp_path / "small.ipynb", "--timeout", "1")
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "work" / "quality.ipynb").exists()


@pytest.mark.parametrize(("text", "message"), [(None, "no such notebook"), ('{"cells": [', "not a notebook")])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "broken.ipynb"
    if text is not None:
        path.write_text(text)
    done = execute(tmp_path, path)
    assert done.returncode == 1
    assert message in done.stderr
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr
