"""Stage 6: the new model against the champion on the same hold-out; the better one becomes champion."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from core.base import terminal
from core.base.paths import Paths
from core.gates import gate
from core.gates.champion import compare, verdict
from core.gates.gate import Gate, failed
from core.gates.replay import replay
from core.gates.verdicts import stop_at
from core.registry import artifact
from core.registry.registry import REPLACE, Registry
from core.spec.product import Product
from core.spec.yaml_file import load
from core.table import typed


def decide(
    registry: Registry,
    challenger: str,
    holdout: pd.DataFrame,
    product: Product,
    facts: dict[str, Any],
    replace: bool = False,
) -> list[Gate]:
    """Promote the challenger or keep the champion, and log it; the last verdict has the reason."""
    champion = registry.confirmed_champion()
    if champion == challenger:
        registry.artifact(champion)
        return [verdict("same model", "kept champion: the new model is the same")]
    if champion is None:
        first = verdict("first model", "promoted: first model")
        registry.promote(challenger, first.detail, **facts)
        return [first]
    if rollback := registry.log.withdrawn(challenger):
        reason = f"the new model was rolled back by {rollback['who']} at {rollback['when']} ({rollback['why']})"
        remedy = f"bash final/rollback.sh {product.name} --to {challenger[:12]} brings it back"
        kept = verdict("rolled back", f"kept champion: {reason}; {remedy}")
        registry.keep(challenger, kept.detail, **facts)
        return [kept]
    models = registry.artifact(challenger), registry.artifact(champion)
    won, compared = compare(*models, holdout, product, replace)
    replayed = replay(*models, product, registry.folder.parent) if won else []
    if lines := failed(replayed):
        registry.keep(challenger, f"kept champion: {lines[0]}", **facts)
        return [verdict(compared.value, "kept champion: the new model is better, and refused"), *replayed]
    log = registry.promote if won else registry.keep
    log(challenger, compared.detail, **facts)
    return [*replayed, compared]


def commit() -> str | None:
    done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def main(
    product: Annotated[str, typer.Argument(help="Name or folder of a product.")],
    replace: Annotated[
        bool, typer.Option("--replace", envvar=REPLACE, help="Promote a model of another contract.")
    ] = False,
) -> None:
    """Promote model/ if it is better than the champion; writes registry/."""
    paths = Paths.of(product)
    registry = Registry(paths.registry)
    paths.gates("champion").unlink(missing_ok=True)
    with terminal.stage("model_promotion") as remarks, tempfile.TemporaryDirectory() as scratch:
        declared = load(product)
        holdout, _ = typed.read(paths.part("holdout"), declared)
        figures = json.loads(paths.metrics.read_bytes())
        files = Path(scratch) / "artifact"
        artifact.assemble(declared, paths.model, figures, holdout, paths.raw, files)
        metrics = {name: metric["value"] for name, metric in figures["metrics"].items()}
        facts = {"commit": commit(), "metrics": metrics}
        verdicts = decide(registry, registry.add(files), holdout, declared, facts, replace)
        gate.save(verdicts, paths.gates("champion"))
        remarks.append(verdicts[-1].detail)
    stop_at(verdicts)


if __name__ == "__main__":
    typer.run(main)
