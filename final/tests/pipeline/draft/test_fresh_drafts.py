"""The tables of the products whose files were improved by hand: a draft that nobody touched is as good a start."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.base.paths import FINAL
from core.draft import draft
from core.draft.options import Wish
from core.spec import yaml_file
from tests.support.checkout import Checkout


def table_of(product: str, folder: Path) -> Path:
    """Its table, as its source makes it."""
    path = folder / f"fresh-{product}.csv"
    subprocess.run([sys.executable, str(FINAL / "products" / product / "make_table.py"), str(path)], check=True)
    return path


@pytest.mark.parametrize(
    ("product", "target", "by"), [("weather", "weather", None), ("temperatures", "tomorrow", "date")]
)
def test_a_fresh_draft_declares_what_was_declared_by_hand(
    product: str, target: str, by: str | None, tmp_path: Path
) -> None:
    name = draft.draft(str(table_of(product, tmp_path)), target, Wish(), tmp_path / "products")
    drafted = yaml_file.load(str(tmp_path / "products" / name))
    kept = yaml_file.load(product)
    assert drafted.split.by == kept.split.by == by
    assert drafted.target.task == kept.target.task
    assert {name: feature.type for name, feature in drafted.features.items()} == {
        name: feature.type for name, feature in kept.features.items()
    }


def test_a_fresh_draft_passes_its_gates(shop: Checkout) -> None:
    table = table_of("temperatures", shop.root)
    done = shop.bash("pipeline.sh", "--data", str(table), "--target", "tomorrow", "--quality", "fast")
    assert done.returncode == 0, done.stderr
    assert "FAILED" not in done.stderr
    assert "promoted: first model" in done.stderr
