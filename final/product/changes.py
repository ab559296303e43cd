"""What changed in a product's settings since the last run, and which stages that makes run again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FIRST = {
    "source": "data_creation",
    "feature_set": "data_creation",
    "source_files": "data_creation",
    "declared": "data_validation",
    "columns": "data_validation",
    "gates.data": "data_validation",
    "split": "data_preprocessing",
    "model": "model_preparation",
    "model_files": "model_preparation",
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
        said = f"{_short(key, old)} -> {_short(key, new)}"
        lines.append(f"{key.removeprefix('declared.')}: {said}; runs again from {stage}")
    return lines


def _short(key: str, leaves: Mapping[str, Any]) -> str:
    return str(leaves[key])[:60] if key in leaves else "not there"


def _leaves(node: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{Path(key).name if above == 'source_files.' else key}", value
