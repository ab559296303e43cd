"""Where a run is started from, and what a git hook sets, change nothing but the meaning of relative paths."""

import subprocess
from pathlib import Path

import pytest

from core.base.files import folder_hash
from tests.support.checkout import Checkout
from tests.support.shop import NAME, product_of


def test_a_run_in_a_hook_of_another_repository_leaves_it_alone(shop: Checkout, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    subprocess.run(["git", "init", "-q", "-b", "main", str(outer)], check=True)
    before = folder_hash(outer)
    hook = {"GIT_DIR": str(outer / ".git"), "GIT_INDEX_FILE": str(outer / ".git" / "index")}
    (product_of(shop) / "reports" / "gates_champion.json").unlink()  # so that there is something to decide
    done = shop.bash("pipeline.sh", NAME, "--push", at=outer, DVC_REMOTE_URL="../store", **hook)
    assert done.returncode == 0, done.stderr
    assert "the new model is the same" in done.stderr
    assert any((tmp_path / "store").rglob("*"))
    assert folder_hash(outer) == before
    wrong = shop.bash("rollback.sh", "../outer", at=outer, **hook)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "no such product; products here: " in wrong.stderr
    assert folder_hash(outer) == before


@pytest.mark.slow
def test_an_archive_without_git_runs(shop: Checkout) -> None:
    (shop.root / ".git").rename(shop.root.parent / "git")
    done = shop.bash("pipeline.sh", NAME, "--force")
    assert done.returncode == 0, done.stderr
    assert "the new model is the same" in done.stderr
