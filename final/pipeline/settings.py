"""What changed in a product's settings since the last run, and which stages that makes run again."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.base.files import as_json, sha256, write_json
from core.source.origin import files
from core.source.written import written_as
from core.spec import model_file
from core.spec.product import Product

FIRST = {
    "source": "data_creation",
    "feature_set": "data_creation",
    "written_as": "data_creation",
    "source_files": "data_creation",
    "declared": "data_validation",
    "columns": "data_validation",
    "gates.data": "data_validation",
    "split": "data_validation",
    "model": "model_preparation",
    "model_files": "model_preparation",
    "coverage": "model_preparation",
    "answers": "model_preparation",
    "gates": "model_testing",
}


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """One line for each setting that differs, with the first stage that it makes run again."""
    old, new = dict(_leaves(before)), dict(_leaves(now))
    lines = []
    for key in sorted(old.keys() | new.keys()):
        if key == "contract" or old.get(key) == new.get(key):
            continue
        stage = next((stage for start, stage in FIRST.items() if f"{key}.".startswith(f"{start}.")), "data_creation")
        change = f"{_short(key, old)} -> {_short(key, new)}"
        shown = key.removeprefix("declared.").removeprefix("answers.")
        lines.append(f"{shown}: {change}; runs again from {stage}")
    return lines


def _short(key: str, leaves: Mapping[str, Any]) -> str:
    return str(leaves[key])[:60] if key in leaves else "not there"


def _leaves(node: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{Path(key).name if above == 'source_files.' else key}", value


def resolve(product: Product, folder: Path) -> list[str]:
    """Write resolved.json, on which DVC's stages depend; returns a line for each change.

    It holds every setting with its default, and contract and files by hash. So a comment in product.yaml runs nothing
    again, and a changed source is noticed without reading it. `declared` is the contract in full, which no stage reads:
    it is there to show what changed. `answers` is what training makes of its unseen rows besides `coverage`.
    """
    settings = product.model_dump(mode="json", include={"source", "feature_set", "split", "model", "coverage", "gates"})
    columns = sorted({*product.features, *product.ignore})
    answers = product.model_dump(mode="json", include={"abstain", "decision"})
    given = model_file.path(product, folder)
    now = {
        **settings,
        "answers": {**answers, "slices": sorted(product.gates.slices.columns)},
        "contract": product.contract.hash(),
        "declared": product.contract.bare().model_dump(mode="json", exclude_defaults=True),
        "columns": columns,
        "written_as": written_as(product),
        "source_files": files(product, folder),
        "model_files": {given.name: sha256(given)} if given else {},
    }
    path = folder / "resolved.json"
    if path.exists() and path.read_bytes() == as_json(now):
        return []
    before = json.loads(path.read_bytes()) if path.exists() else now
    write_json(now, path)
    return changes(before, now)
