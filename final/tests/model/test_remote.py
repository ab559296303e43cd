"""Data and models travel by DVC: pushed once, a fresh clone pulls them instead of computing; nothing gets lost."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lab4.tests.servers import BUCKET, KEY, SECRET, s3
from tests.checkout import Checkout


def fresh_clone(checkout: Checkout, to: Path) -> Checkout:
    subprocess.run(["git", "clone", "-q", str(checkout.root), str(to)], check=True)
    (to / ".venv").symlink_to((checkout.root / ".venv").resolve())
    return Checkout(to)


def assert_travels(checkout: Checkout, clone: Checkout) -> None:
    pushed = checkout.bash("pipeline.sh", "--push")
    assert pushed.returncode == 0, pushed.stderr
    assert "pushed 0 files" not in pushed.stderr
    done = clone.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    ran = [line.split()[0] for line in done.stderr.splitlines() if line.startswith(("data_", "model_"))]
    assert ran == ["model_promotion"]
    assert done.stdout == pushed.stdout
    assert clone.champion() == checkout.champion()


def test_a_fresh_clone_pulls_from_a_folder(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_REMOTE_URL", str(tmp_path / "remote"))
    assert_travels(checkout, fresh_clone(checkout, tmp_path / "clone"))


@pytest.mark.s3
def test_a_fresh_clone_pulls_from_s3(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s3").mkdir()
    with s3(tmp_path / "s3") as endpoint:
        monkeypatch.setenv("DVC_REMOTE_URL", f"s3://{BUCKET}/final")
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        refused = checkout.bash("pipeline.sh", "--push")
        assert refused.returncode == 1
        assert f"push: s3://{BUCKET}/final did not take it" in refused.stderr
        assert "Traceback" not in refused.stderr
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        assert_travels(checkout, fresh_clone(checkout, tmp_path / "clone"))


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
    monkeypatch.delenv("DVC_REMOTE_URL")
    assert clone.bash("pipeline.sh").returncode == 0
    assert clone.champion() == checkout.champion()


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
