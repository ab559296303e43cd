"""A full disk and kill -9: a clear word where there can be one, nothing half-written, and the next run goes through."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from catboost import CatBoost

from conftest import lacks
from core.base.errors import message
from core.model.catboost_part import Boosted
from tests.support import forms
from tests.support.checkout import Checkout
from tests.support.shop import NAME, champion, drafted, edit, product_of

ENDLESS = "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT a, a % 2 AS y FROM n, orders"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A file system in memory; called with kilobytes, it leaves so many free."""
    words = ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        lacks("no right to mount a file system")

    def leave(free: int) -> Path:
        volume = os.statvfs(tmp_path)
        used = (volume.f_blocks - volume.f_bfree) * volume.f_frsize // 1024
        subprocess.run(["mount", "-o", f"remount,size={used + free}k", str(tmp_path)], check=True)
        return tmp_path

    yield leave
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


@pytest.mark.slow
def test_a_full_disk_is_named_and_the_next_run_goes_through(
    disk: Callable[[int], Path],
    copy_repository: Callable[[Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # which would take the room that is left
    table = tmp_path_factory.mktemp("table") / "shop.csv"
    forms.FILES["decimal_comma.csv"](table)
    checkout = Checkout(copy_repository(disk(200_000) / "checkout"))
    for free in (0, 48):
        disk(free)
        done = drafted(checkout, table)
        assert (done.returncode, done.stdout) == (1, "")
        assert "No space left on device" in done.stderr
        assert "free some space and run it again" in done.stderr
        assert "Traceback" not in done.stderr
        assert product_of(checkout).exists() == bool(free)
        assert not (product_of(checkout) / "registry" / "champion.json").exists()
        assert [str(path) for path in product_of(checkout).rglob(".*") if path.name != ".gitignore"] == []
    disk(100_000)
    done = checkout.bash("pipeline.sh", NAME)
    assert done.returncode == 0, done.stderr
    assert "promoted: first model" in done.stderr


def test_a_model_that_does_not_fit_on_the_disk_is_no_stack_trace(disk: Callable[[int], Path]) -> None:
    booster = CatBoost({"iterations": 1, "allow_writing_files": False, "verbose": False}).fit([[0], [1]], [0, 1])
    with pytest.raises(OSError, match="No space left on device") as error:
        Boosted(booster, []).save(disk(4) / "model.cbm")
    assert "model.cbm" in message(error.value)
    assert "free some space and run it again" in message(error.value)


@pytest.mark.slow
def test_kill_9_in_mid_draft_leaves_the_earlier_draft(shop: Checkout) -> None:
    before = (product_of(shop) / "product.yaml").read_bytes()
    forms.sqlite(shop.root / "shop.db")

    def reads(process: int) -> bool:
        opened = subprocess.run(["ls", "-l", f"/proc/{process}/fd"], capture_output=True, text=True, check=False)
        return "shop.db" in opened.stdout

    for name in (NAME, "new"):
        where = ["--data", f"sqlite:///{shop.root / 'shop.db'}", "--query", ENDLESS, "--target", "y", "--name", name]
        where.append("--redraft")
        shop.kill_when(reads, *where)
    assert (product_of(shop) / "product.yaml").read_bytes() == before
    assert not (product_of(shop).parent / "new").exists()
    assert drafted(shop, shop.root / "shop.csv").returncode == 0


def test_kill_9_in_mid_run_leaves_what_is_served_and_the_next_run_goes_through(shop: Checkout) -> None:
    was, verdict = champion(shop), product_of(shop) / "reports" / "gates_split.json"
    edit(shop, "seed: 0}", "seed: 1}")
    verdict.unlink()
    shop.kill_when(lambda process: verdict.exists(), NAME)
    assert champion(shop) == was
    (shop.root / "final" / ".dvc" / "tmp" / "rwlock").write_text('{"')  # DVC's own file, killed in mid-write
    done = shop.bash("pipeline.sh", NAME)
    assert done.returncode == 0, done.stderr
    assert "data_creation" not in done.stderr
    assert "model_preparation" in done.stderr
    assert done.stdout.startswith("Model test roc_auc is: 0.")
