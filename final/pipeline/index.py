"""products/index.yaml, which dvc.yaml reads: the names of the folders with a product file."""

import re
from pathlib import Path

from core.base.errors import UserError
from core.base.files import write_bytes
from core.base.paths import PRODUCTS

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
HEAD = "# The products that dvc.yaml makes, each a folder here.\n"


def refresh(products: Path = PRODUCTS) -> None:
    """Write the list again if a product was added or removed. Raises UserError for a name that is not plain."""
    names = sorted(path.parent.name for path in products.glob("*/product.yaml"))
    if wrong := [name for name in names if not NAME.fullmatch(name)]:
        raise UserError(f"{products / wrong[0]}: a product's name consists of letters, digits, ., - and _: rename it")
    content = f"{HEAD}products: [{', '.join(names)}]\n"
    file = products / "index.yaml"
    if not file.exists() or file.read_text(encoding="utf-8") != content:
        write_bytes(content.encode(), file)
