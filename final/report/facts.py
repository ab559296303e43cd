"""The facts of a report, gathered from the files of the stages."""

import hashlib
import json
import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.base.errors import UserError
from core.base.paths import GATED_STAGES, Paths
from core.gates import gate
from core.gates.gate import Gate
from core.gates.verdicts import last_verdicts, stage_verdicts
from core.registry.registry import Registry
from core.spec.product import Product
from core.spec.yaml_file import load

LIBRARIES = ("catboost", "numpy", "pandas", "scikit-learn")
DECISIONS = 20  # the latest ones


@dataclass(frozen=True)
class Facts:
    """One product after one run. Empty parts belong to stages that were not reached."""

    product: Product
    paths: Paths
    verdicts: list[Gate]
    failure: str = ""
    when: str = ""
    table: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    champion: str = ""
    challenger: str = ""
    provenance: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.failure and not gate.failed(self.verdicts)


def gather(name: str, failure: str = "") -> Facts:
    """Read the files of a product's last run. `failure` is the reason if something other than a gate ended it."""
    product, paths = load(name), Paths.of(name)
    verdicts = last_verdicts(paths)
    reached = _reached(paths)
    decisions, champion = _decisions(paths)
    promoted = [gate for gate in verdicts if gate.name.startswith("champion")]
    newest = next((entry["model"] for entry in reversed(decisions) if entry["action"] != "rollback"), "")
    challenger = champion if promoted and promoted[0].value == "same model" else newest
    return Facts(
        product=product,
        paths=paths,
        verdicts=verdicts,
        failure=failure,
        when=_when(paths, reached),
        table=_read(paths.figures("table")) if "data" in reached else {},
        parts=_read(paths.figures("parts")) if "split" in reached else {},
        metrics=_read(paths.metrics) if "model" in reached else {},
        curves=_read(paths.figures("curves")) if "model" in reached else {},
        labels=_read(paths.figures("labels")) if "model" in reached else {},
        decisions=decisions[-DECISIONS:],
        champion=champion,
        challenger=challenger if "champion" in reached else "",
        provenance=_provenance(product, paths),
    )


def _reached(paths: Paths) -> set[str]:
    """Stages up to the first with a failed gate; the files of later ones are from an earlier run."""
    reached = set()
    for stage in GATED_STAGES:
        verdicts = stage_verdicts(paths, stage)
        if not verdicts:
            break
        reached.add(stage)
        if gate.failed(verdicts):
            break
    return reached


def _when(paths: Paths, reached: set[str]) -> str:
    """The time of the latest verdict."""
    times = [paths.gates(stage).stat().st_mtime for stage in reached]
    return f"{datetime.fromtimestamp(max(times), UTC):%Y-%m-%d %H:%M} UTC" if times else ""


def _read(path: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return figures


def _decisions(paths: Paths) -> tuple[list[dict[str, Any]], str]:
    registry = Registry(paths.registry)
    try:
        return registry.log.entries(), registry.champion() or ""
    except UserError as error:
        return [{"action": "broken", "model": "", "why": str(error), "who": "", "when": ""}], ""


def _provenance(product: Product, paths: Paths) -> dict[str, str]:
    """Hashes and versions of the inputs; the same for two runs from the same inputs."""
    inputs = {"contract (sha256)": product.contract.hash(), "feature set": product.feature_set}
    if paths.raw.exists():
        with paths.raw.open("rb") as file:  # md5, by which DVC identifies the table
            inputs["table (md5)"] = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=paths.root, capture_output=True, text=True, check=False
    ).stdout.strip()
    inputs["git commit"] = commit or "none"
    inputs["seeds"] = f"split {product.split.seed}, model {product.model.seed}"
    inputs["python"] = platform.python_version()
    return inputs | {name: version(name) for name in LIBRARIES}
