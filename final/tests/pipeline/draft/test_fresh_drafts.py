"""The tables of the products whose files were improved by hand: a draft that nobody touched passes its gates too."""

import subprocess
import sys

import pytest

from core.base.paths import FINAL
from core.spec import yaml_file
from tests.support.checkout import Checkout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("product", "target", "by"), [("weather", "weather", None), ("temperatures", "tomorrow", "date")]
)
def test_a_fresh_draft_passes_its_gates(shop: Checkout, product: str, target: str, by: str | None) -> None:
    table = shop.root / f"fresh-{product}.csv"
    subprocess.run([sys.executable, str(FINAL / "products" / product / "make_table.py"), str(table)], check=True)
    done = shop.bash("pipeline.sh", "--data", str(table), "--target", target, "--quality", "fast")
    assert done.returncode == 0, done.stderr
    assert "FAILED" not in done.stderr
    assert "promoted: first model" in done.stderr
    drafted = yaml_file.load(str(shop.root / "final" / "products" / f"fresh-{product}"))
    kept = yaml_file.load(product)
    assert drafted.split.by == kept.split.by == by
    assert drafted.target.task == kept.target.task
    assert {name: feature.type for name, feature in drafted.features.items()} == {
        name: feature.type for name, feature in kept.features.items()
    }
