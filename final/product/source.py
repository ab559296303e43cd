"""The table's source: its command or file, and what it depends on."""

import json
import os
import shlex
from pathlib import Path

from product import model_file
from product.changes import changes
from product.declaration import Product
from product.errors import UserError
from product.files import as_json, sha256, write_json

FINAL = Path(__file__).resolve().parents[1]


class SourceError(UserError):
    """A source that names what is not there."""


def command(product: Product, output: Path) -> str:
    """The source's command for this feature set, a line for the shell."""
    words = {"output": shlex.quote(str(output)), "feature_set": shlex.quote(product.feature_set)}
    return (product.source.command or "").format(**words)


def local_file(product: Product, folder: Path) -> Path:
    """The CSV file of a source that is a path, relative to the product's folder."""
    path = folder / (product.source.path or "")
    if not path.is_file():
        raise SourceError(f"{folder / 'product.yaml'}: source.path: {path} is no file")
    return path


def files(product: Product, folder: Path) -> dict[str, str]:
    """The files that the raw table is made from, each with its sha256; raises SourceError where one is missing."""
    if product.source.sql is not None:
        return {}  # whether a database changed is not asked: --force does
    if product.source.path is not None:
        return {product.source.path: sha256(local_file(product, folder))}
    known: dict[str, str] = {}
    for pattern in product.source.depends:
        found = sorted(path for path in FINAL.glob(pattern) if path.is_file())
        if not found:
            raise SourceError(f"{folder / 'product.yaml'}: source.depends: {pattern} fits no file")
        known |= {os.path.relpath(path, FINAL): sha256(path) for path in found}
    return known


def resolve(product: Product, folder: Path) -> list[str]:
    """Write resolved.json, and return what changed in it, a line each.

    It is what DVC's stages depend on: every setting with its default, contract and files by hash. So a comment in
    product.yaml changes nothing, and a change of the source is noticed without asking it. `declared` is the contract
    in words, which no stage reads: it is there to say what changed.
    """
    settings = product.model_dump(mode="json", include={"source", "feature_set", "split", "model", "gates"})
    columns = sorted({*product.features, *product.ignore})
    given = model_file.path(product, folder)
    now = {
        **settings,
        "contract": product.contract.hash(),
        "declared": product.contract.bare().model_dump(mode="json", exclude_defaults=True),
        "columns": columns,
        "source_files": files(product, folder),
        "model_files": {given.name: sha256(given)} if given else {},
    }
    path = folder / "resolved.json"
    if path.exists() and path.read_bytes() == as_json(now):
        return []
    before = json.loads(path.read_bytes()) if path.exists() else now
    write_json(now, path)
    return changes(before, now)
