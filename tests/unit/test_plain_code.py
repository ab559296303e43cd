"""The style check of `test.sh --checks` stops what it is there to stop."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[1] / "plain_code.py"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a = 1 if x else 2 if y else 3\n", "a conditional expression inside another"),
        ("a = [1 if x else 2 for x in b] if b else []\n", "a conditional expression inside another"),
        ("found = 1\n", "found says nothing about the value"),
        ("def f(known):\n    pass\n", "known says nothing about the value"),
        ("[one for one in b]\n", "one says nothing about the value"),
        ("a = 1 if x else 2\nb = lambda rows: rows\n", ""),
    ],
)
def test_a_breach_is_named_by_its_line(source: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(source)
    done = subprocess.run([sys.executable, str(CHECK), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == bool(reason)
    assert done.stdout.startswith(f"{tmp_path / 'module.py'}:1: {reason}" if reason else "")
    assert bool(done.stdout) == bool(reason)


def test_a_folder_without_python_is_no_success(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, str(CHECK), str(tmp_path)], check=False).returncode == 1
