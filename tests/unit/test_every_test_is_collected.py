"""No folder of tests has a name that pytest leaves out: its tests would never run, and nobody would notice."""

import fnmatch
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_no_folder_of_tests_is_left_out(pytestconfig: pytest.Config) -> None:
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", "*test_*.py"]
    files = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    patterns = pytestconfig.getini("norecursedirs")
    left_out = {
        file
        for file in files
        if "tests" in Path(file).parts
        and any(fnmatch.fnmatch(part, pattern) for part in Path(file).parts[:-1] for pattern in patterns)
    }
    assert len(files) > 100
    assert left_out == set()
