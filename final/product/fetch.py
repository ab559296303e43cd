"""`python -m product.fetch PRODUCT`: the product's raw table, from the remote or from the source."""

import os
from typing import Annotated

import typer

from product import console, source, versions
from product.errors import UserError
from product.paths import Paths
from product.pipeline import FINAL, alone, stdout_to_stderr
from product.product_file import load


def main(product: Annotated[str, typer.Argument(help="A product of products/.")] = "titanic") -> None:
    """Bring data/raw.csv up to date: pulled where the remote has this version, else made. Prints its path."""
    os.chdir(FINAL)
    paths = Paths.of(product)
    try:
        with stdout_to_stderr(), alone():
            source.resolve(load(product), paths.root)
            trouble = versions.fetch(product)
    except UserError as error:
        console.stop(str(error))
    if trouble is not None:
        console.stop(f"fetch: {product}: {trouble or 'the source failed, see above'}")
    print(paths.raw.relative_to(FINAL.parent))


if __name__ == "__main__":
    typer.run(main)
