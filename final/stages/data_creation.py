"""Stage 1: fetch the table from the product's source into data/raw.csv."""

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from product import console, normal_form, source
from product.batches import has_usual_header
from product.declaration import Product
from product.paths import Paths
from product.product_file import load


def fetch(product: Product, folder: Path, output: Path) -> None:
    """Leave the source's table at `output`, whole or not at all; raises SourceError."""
    output.parent.mkdir(parents=True, exist_ok=True)
    beside = output.with_name(f".{output.name}.new")
    beside.unlink(missing_ok=True)
    try:
        _write(product, folder, beside)
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)


def _write(product: Product, folder: Path, beside: Path) -> None:
    path = source.local_file(product, folder) if product.source.path is not None else None
    if path is not None and product.source.is_plain and has_usual_header(path, product.source):
        shutil.copyfile(path, beside)
    elif product.source.command is None:
        normal_form.write(product, path, beside)
    else:
        line = source.command(product, beside)
        done = subprocess.run(line, shell=True, stdout=2, cwd=source.FINAL, check=False)  # noqa: S602 the user's own command
        if done.returncode != 0:
            raise source.SourceError(f"source.command failed with exit code {done.returncode}: {line}")
        if not beside.is_file():
            raise source.SourceError(f"source.command wrote no file: {line}")


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Fetch the table."""
    paths = Paths.of(product)
    with console.stage("data_creation") as remarks:
        fetch(load(product), paths.root, paths.raw)
        remarks.append(f"{paths.raw.stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(main)
