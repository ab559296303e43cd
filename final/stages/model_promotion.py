"""Stage 6: the new model against the champion on the same hold-out; the better one is served."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from product import artifact, console, gates, table
from product.champion import compare, verdict
from product.declaration import Product
from product.gates import Gate
from product.paths import Paths
from product.product_file import load
from product.registry import Registry


def decide(registry: Registry, challenger: str, holdout: pd.DataFrame, product: Product, facts: dict[str, Any]) -> Gate:
    """Promote the challenger or keep the champion, in the log; the verdict says which and why."""
    champion = registry.confirmed_champion()
    if champion == challenger:
        registry.artifact(champion)
        return verdict("same model", "kept champion: it is this very model")
    won, said = True, verdict("first model", "promoted: first model")
    if champion is not None:
        taken = registry.log.withdrawn(challenger)
        if taken:
            why = f"the new model was rolled back by {taken['who']} at {taken['when']} ({taken['why']})"
            back = f"bash final/rollback.sh {product.name} --to {challenger[:12]} brings it back"
            won, said = False, verdict("rolled back", f"kept champion: {why}; {back}")
        else:
            won, said = compare(registry.artifact(challenger), registry.artifact(champion), holdout, product)
    (registry.promote if won else registry.keep)(challenger, said.detail, **facts)
    return said


def commit() -> str | None:
    done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Promote model/ if it is better than the champion; writes registry/."""
    paths = Paths.of(product)
    registry = Registry(paths.registry)
    paths.gates("champion").unlink(missing_ok=True)
    with console.stage("model_promotion") as remarks, tempfile.TemporaryDirectory() as scratch:
        declared = load(product)
        holdout, _ = table.read(paths.part("holdout"), declared)
        figures = json.loads(paths.metrics.read_bytes())
        files = Path(scratch) / "artifact"
        artifact.assemble(declared, paths.model, figures, holdout, paths.raw, files)
        facts = {"commit": commit(), "metrics": {name: m["value"] for name, m in figures["metrics"].items()}}
        said = decide(registry, registry.add(files), holdout, declared, facts)
        gates.save([said], paths.gates("champion"))
        remarks.append(said.detail)


if __name__ == "__main__":
    typer.run(main)
