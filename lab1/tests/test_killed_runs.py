"""A killed run leaves the earlier outputs whole, whenever it happens, and does not trouble the next run."""

import signal
from pathlib import Path

import pytest

from tests.lab import Lab

# Loaded by Python at its start: kills it in the middle of its Nth write, or just before its first rename.
KILLER = """
import os, pathlib, signal
moment, left = os.environ["KILL_AT"], [int(os.environ["KILL_COUNT"])]
def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)
def write_bytes(path, content, write=pathlib.Path.write_bytes):
    left[0] -= 1
    if left[0]:
        return write(path, content)
    write(path, content[: len(content) // 2])
    die()
if moment == "write":
    pathlib.Path.write_bytes = write_bytes
else:
    os.replace = os.rename = pathlib.Path.replace = die
"""
OUTPUTS = {
    "data_creation.py": ("data/train", "data/test", "reports/series.png"),
    "data_preprocessing.py": ("data/features", "data/scaled", "model/scaler.skops"),
    "model_preparation.py": ("model/model.skops",),
    "model_testing.py": ("reports/metrics.json", "reports/predictions.csv", "reports/test.png"),
}


def mark_as_old(lab: Lab, places: tuple[str, ...]) -> list[Path]:
    """Put a word into every output, so that any later write shows."""
    found = [path for place in places for path in [lab.path / place, *(lab.path / place).rglob("*")]]
    files = [path for path in found if path.is_file()]
    for path in files:
        path.write_text("old")
    return files


@pytest.mark.parametrize(
    ("stage", "moment", "count"),
    [
        ("data_creation.py", "write", 5),
        ("data_creation.py", "rename", 1),
        ("data_preprocessing.py", "write", 5),
        ("data_preprocessing.py", "rename", 1),
        ("model_preparation.py", "write", 1),
        ("model_testing.py", "write", 3),
    ],
)
def test_killed_stage_leaves_its_earlier_outputs_whole(
    lab: Lab, tmp_path: Path, stage: str, moment: str, count: int
) -> None:
    files = mark_as_old(lab, OUTPUTS[stage])
    (tmp_path / "sitecustomize.py").write_text(KILLER)
    done = lab.run(stage, PYTHONPATH=str(tmp_path), KILL_AT=moment, KILL_COUNT=str(count))
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == ""
    assert {path.read_text() for path in files} == {"old"}
    assert lab.run_here(stage).returncode == 0
    assert all(path.read_bytes() != b"old" for path in files)


def test_pipeline_after_a_killed_stage_prints_no_result(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(KILLER)
    done = lab.run("pipeline.sh", PYTHONPATH=str(tmp_path), KILL_AT="rename", KILL_COUNT="1")
    assert done.returncode == 128 + signal.SIGKILL
    assert done.stdout == ""
