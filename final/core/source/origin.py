"""A product's source: its command or file, and the files that it depends on."""

import os
import shlex
from pathlib import Path

from core.base.errors import UserError
from core.base.files import sha256
from core.base.paths import FINAL, Paths
from core.spec.product import Product
from core.spec.source import PLACE


class SourceError(UserError):
    """A source that failed, or that names a missing file."""


def command(product: Product, output: Path) -> str:
    """The source's command for this feature set, a line for the shell."""
    words = {"output": str(output), "feature_set": product.feature_set}
    return PLACE.sub(lambda place: shlex.quote(words[place[1]]), product.source.command or "")


def local_file(product: Product, folder: Path) -> Path:
    """The CSV file of a source that is a path, relative to the product's folder."""
    path = folder / (product.source.path or "")
    if not path.is_file():
        raise SourceError(f"{folder / 'product.yaml'}: source.path: {path} is not a file")
    return path


def files(product: Product, folder: Path) -> dict[str, str]:
    """The files that the raw table is made from, each with its sha256. Raises SourceError if one is missing."""
    labelled = Paths(folder).labelled
    added = {labelled.name: sha256(labelled)} if labelled.is_file() else {}
    return {**_files_of_the_source(product, folder), **added}


def _files_of_the_source(product: Product, folder: Path) -> dict[str, str]:
    if product.source.sql is not None:
        return {}  # a database is not asked for changes: --force reads it again
    if product.source.path is not None:
        return {product.source.path: sha256(local_file(product, folder))}
    hashes: dict[str, str] = {}
    for pattern in product.source.depends:
        matches = sorted(path for path in FINAL.glob(pattern) if path.is_file())
        if not matches:
            raise SourceError(f"{folder / 'product.yaml'}: source.depends: {pattern} matches no file")
        hashes |= {os.path.relpath(path, FINAL): sha256(path) for path in matches}
    return hashes
