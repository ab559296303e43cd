"""All that a report says, gathered from the files that the stages left; what a run did not reach is not there."""

import hashlib
import json
import platform
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from product import console, gates
from product.declaration import Product
from product.errors import UserError
from product.gates import Gate
from product.paths import GATED_STAGES, Paths
from product.product_file import load
from product.registry import Registry

LIBRARIES = ("catboost", "numpy", "pandas", "scikit-learn")
DECISIONS = 20  # the newest so many


@dataclass(frozen=True)
class Facts:
    """One product after one run. Empty parts belong to stages that were not reached."""

    product: Product
    paths: Paths
    verdicts: list[Gate]
    trouble: str
    table: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, Any] = field(default_factory=dict)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    champion: str = ""
    challenger: str = ""
    provenance: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.trouble and not gates.failed(self.verdicts)


def gather(name: str, trouble: str | None = None) -> Facts:
    """Read what the last run of a product left. `trouble` is what ended it beside its gates, if anything did."""
    product, paths = load(name), Paths.of(name)
    verdicts = console.all_gates(paths)
    reached = _reached(paths)
    decisions, champion = _decisions(paths)
    promoted = [gate for gate in verdicts if gate.name.startswith("champion")]
    newest = next((entry["model"] for entry in reversed(decisions) if entry["action"] != "rollback"), "")
    challenger = champion if promoted and promoted[0].value == "same model" else newest
    return Facts(
        product=product,
        paths=paths,
        verdicts=verdicts,
        trouble=("a stage stopped" if trouble == "" else trouble or ""),
        table=_read(paths.figures("table")) if "data" in reached else {},
        parts=_rows(paths) if "split" in reached else {},
        metrics=_read(paths.metrics) if "model" in reached else {},
        curves=_read(paths.figures("curves")) if "model" in reached else {},
        decisions=decisions[-DECISIONS:],
        champion=champion,
        challenger=challenger if "champion" in reached else "",
        provenance=_provenance(product, paths),
    )


def _reached(paths: Paths) -> set[str]:
    """Stages up to the first whose gate failed; what later ones left is of an earlier run."""
    found = set()
    for stage in GATED_STAGES:
        verdicts = console.verdicts(paths, stage)
        if not verdicts:
            break
        found.add(stage)
        if gates.failed(verdicts):
            break
    return found


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return found


def _rows(paths: Paths) -> dict[str, int]:
    """Rows of train, validation and hold-out, from what the split left beside its gates."""
    return _read(paths.figures("parts"))


def _decisions(paths: Paths) -> tuple[list[dict[str, Any]], str]:
    registry = Registry(paths.registry)
    try:
        return registry.log.entries(), registry.champion() or ""
    except UserError as error:
        return [{"action": "broken", "model": "", "why": str(error), "who": "", "when": ""}], ""


def _provenance(product: Product, paths: Paths) -> dict[str, str]:
    """What it was made from, by hashes and versions; nothing that differs between two runs from the same inputs."""
    made = {"contract (sha256)": product.contract.hash(), "feature set": product.feature_set}
    if paths.raw.exists():
        with paths.raw.open("rb") as file:  # md5, because that is what DVC calls the table by
            made["table (md5)"] = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=paths.root, capture_output=True, text=True, check=False
    ).stdout.strip()
    made["git commit"] = commit or "none"
    made["seeds"] = f"split {product.split.seed}, model {product.model.seed}"
    made["python"] = platform.python_version()
    return made | {name: version(name) for name in LIBRARIES}
