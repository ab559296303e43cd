"""A product called shop, drafted from a table."""

import json
import subprocess
from pathlib import Path

from tests.support.checkout import Checkout

NAME = "shop"


def drafted(checkout: Checkout, table: Path | str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Drafts and runs it with the settings for a first look: what is tested here is not how well it predicts."""
    where = ["--data", str(table), "--target", "y", "--name", NAME, "--quality", "fast"]
    return checkout.bash("pipeline.sh", *where, *arguments)


def product_of(checkout: Checkout) -> Path:
    return checkout.root / "final" / "products" / NAME


def champion(checkout: Checkout) -> str:
    return str(json.loads((product_of(checkout) / "registry" / "champion.json").read_bytes())["model"])


def edit(checkout: Checkout, old: str, new: str) -> None:
    file = product_of(checkout) / "product.yaml"
    assert file.read_text().count(old) == 1
    file.write_text(file.read_text().replace(old, new))
