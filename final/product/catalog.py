"""products/index.yaml, which dvc.yaml reads: the names of the folders that hold a product file."""

from product.files import write_bytes
from product.paths import PRODUCTS

HEAD = "# The products that dvc.yaml makes, each a folder here.\n"


def refresh() -> None:
    """Make the list again where a product was added or taken away."""
    names = sorted(path.parent.name for path in PRODUCTS.glob("*/product.yaml"))
    content = f"{HEAD}products: [{', '.join(names)}]\n"
    file = PRODUCTS / "index.yaml"
    if not file.exists() or file.read_text(encoding="utf-8") != content:
        write_bytes(content.encode(), file)
