"""Stage 1: fetch the table from the product's source into data/raw.csv."""

import csv
import io
import itertools
import os
import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from core.base import terminal
from core.base.files import replacing
from core.base.paths import FINAL, Paths
from core.source import normalise, origin
from core.source.column_names import has_usual_header
from core.spec.product import Product
from core.spec.yaml_file import load
from core.table.header import header


def fetch(product: Product, folder: Path, output: Path) -> None:
    """Write the source's table to `output`, atomically. Raises SourceError, TableError."""
    with replacing(output) as temporary:
        _write(product, folder, temporary)
        labelled = Paths(folder).labelled
        if labelled.is_file():
            add_rows(labelled, temporary)


def _write(product: Product, folder: Path, output: Path) -> None:
    path = origin.local_file(product, folder) if product.source.path is not None else None
    if path is not None and product.source.is_plain and has_usual_header(path, product.source):
        shutil.copyfile(path, output)
    elif product.source.command is None:
        normalise.write(product, path, output)
    else:
        line = origin.command(product, output)
        done = subprocess.run(line, shell=True, stdout=2, cwd=FINAL, check=False)  # noqa: S602 the user's own command
        if done.returncode != 0:
            raise origin.SourceError(f"source.command failed with exit code {done.returncode}: {line}")
        if not output.is_file():
            raise origin.SourceError(f"source.command wrote no file: {line}")


def add_rows(labelled: Path, output: Path) -> None:
    """Append the rows of a table with the same header. Raises SourceError if it has another."""
    names, added = header(output), header(labelled)
    if names != added:
        raise origin.SourceError(
            f"{labelled}: has the columns {', '.join(added)}; the source has {', '.join(names)}. Make it again with "
            f"bash final/relearn.sh, or remove it"
        )
    with labelled.open(encoding="utf-8-sig", newline="") as rows, output.open("rb+") as table:
        table.seek(-1, os.SEEK_END)
        ends = table.read() == b"\n"
        with io.TextIOWrapper(table, encoding="utf-8", newline="") as text:
            text.write("" if ends else "\n")
            csv.writer(text, lineterminator="\n").writerows(itertools.islice(csv.reader(rows), 1, None))


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Fetch the table."""
    paths = Paths.of(product)
    with terminal.stage("data_creation") as remarks:
        fetch(load(product), paths.root, paths.raw)
        remarks.append(f"{paths.raw.stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(main)
