"""`pytest final/tests/unit/data_quality --dataset FILE` names what is wrong with a file, and passes a good one."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from core.base.paths import FINAL

ROOT = FINAL.parent
SNAPSHOT = ROOT / "lab4" / "snapshot" / "train.csv"


def suite(dataset: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "final/tests/unit/data_quality"]
    return subprocess.run(
        [*command, "--dataset", str(dataset), "--product", "titanic"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.read_csv(SNAPSHOT, dtype=str, keep_default_na=False)


def test_a_good_file_passes(tmp_path: Path, table: pd.DataFrame) -> None:
    table.sample(frac=0.9, random_state=0).to_csv(tmp_path / "mine.csv", index=False)
    done = suite(tmp_path / "mine.csv")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_a_bad_file_is_told_what_to_do(tmp_path: Path, table: pd.DataFrame) -> None:
    table.loc[7, "Sex"] = "unknown"
    table.to_csv(tmp_path / "mine.csv", index=False)
    done = suite(tmp_path / "mine.csv")
    assert done.returncode == 1
    assert "Sex: not one of female, male in 1 row (line 9: 'unknown')" in done.stdout
    assert done.stdout.count("not judged, because an earlier gate failed") >= 3


def test_a_leak_is_found(tmp_path: Path, table: pd.DataFrame) -> None:
    table["Cabin"] = table["Survived"].map({"0": "A1", "1": "B1"})
    table.to_csv(tmp_path / "mine.csv", index=False)
    done = suite(tmp_path / "mine.csv")
    assert done.returncode == 1
    assert "1 failed, 3 passed" in done.stdout
    assert "Cabin alone predicts the target" in done.stdout
