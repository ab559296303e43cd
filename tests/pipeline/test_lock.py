"""requirements.txt is what its first lines say: the lock of requirements.in."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def relock(folder: Path) -> None:
    """Run the lock's own command; what is pinned already stays pinned as long as requirements.in allows it."""
    command = (ROOT / "requirements.txt").read_text().splitlines()[1].removeprefix("#").strip()
    done = subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("requirements.in", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_the_lock_agrees_with_the_direct_dependencies(folder: Path) -> None:
    relock(folder)
    assert (folder / "requirements.txt").read_text() == (ROOT / "requirements.txt").read_text()


def test_a_dependency_added_without_locking_is_noticed(folder: Path) -> None:
    with (folder / "requirements.in").open("a") as file:
        file.write("toolz\n")
    relock(folder)
    assert (folder / "requirements.txt").read_text() != (ROOT / "requirements.txt").read_text()


def test_every_direct_dependency_has_a_reason_and_every_pin_its_hashes() -> None:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    direct = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in direct if not re.search(r"#\s+\w+", line)] == []
    lock = (ROOT / "requirements.txt").read_text()
    assert "://" not in lock
    pins = re.findall(r"^\S+==.*(?:\n    .*)*", lock, re.MULTILINE)
    assert len(pins) > len(direct)
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
