"""Data and models travel by DVC: pushed once, a fresh clone pulls them instead of computing; nothing gets lost."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.checkout import Checkout
from tests.support.clones import assert_travels, fresh_clone


def test_a_fresh_clone_pulls_from_a_folder(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_REMOTE_URL", str(tmp_path / "remote"))
    assert_travels(checkout, fresh_clone(checkout, tmp_path / "clone"))


@pytest.mark.slow
def test_a_remote_that_lacks_the_files_is_no_obstacle(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("DVC_REMOTE_URL", str(tmp_path / "empty"))
    clone = fresh_clone(checkout, tmp_path / "clone")
    done = clone.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "model_preparation" in done.stderr
    assert clone.champion() == checkout.champion()


@pytest.mark.slow
def test_a_corrupted_remote_is_not_believed(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_REMOTE_URL", str(tmp_path / "remote"))
    assert checkout.bash("pipeline.sh", "--push").returncode == 0
    for path in (tmp_path / "remote" / "files").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[:-3] + b"0\n\n")
    clone = fresh_clone(checkout, tmp_path / "clone")
    done = clone.bash("pipeline.sh")
    assert done.returncode == 1
    assert f"dvc: pulling from {tmp_path / 'remote'}: object " in done.stderr
    assert " is corrupted" in done.stderr


def test_pushing_without_a_remote_says_how_to_set_one(checkout: Checkout) -> None:
    assert "DVC_REMOTE_URL" not in os.environ
    done = checkout.bash("pipeline.sh", "--push")
    assert done.returncode == 1
    assert "push: no remote is set: DVC_REMOTE_URL=" in done.stderr


def test_a_deleted_report_is_not_taken_for_a_pass(checkout: Checkout) -> None:
    shutil.rmtree(checkout.product / "reports")
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "champion: better" in done.stderr
