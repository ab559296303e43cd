"""`bash final/replay.sh PRODUCT --model HASH`: logged rows, answered by another model of the registry."""

import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from core.base.errors import UserError, message
from core.base.files import write_json
from core.base.paths import Paths
from core.metrics.changes import changed_answers
from core.metrics.classes import labels
from core.model.model import ProductModel
from core.registry.registry import Registry
from core.spec.contract import Contract
from core.table.logged import latest_rows
from service.model.live import Live
from service.model.serving import Serving
from watch.drift import DECILES

SMALLEST = 20  # rows of a group that is shown
GROUPS = 10
VALUES = 20  # of a column that are groups of their own; a column with more, unless of numbers, has no groups


def replay(name: str, challenger: str, folder: Path) -> dict[str, Any]:
    """How the answers of a challenger, named by the start of its hash, differ from the champion's. Raises UserError."""
    registry = Registry(Paths.of(name).registry)
    matches = [model for model in registry.known() if model.startswith(challenger)]
    if len(matches) != 1:
        models = ", ".join(model[:12] for model in registry.known())
        raise UserError(f"--model {challenger}: fits {len(matches)} models; known: {models or 'none'}")
    live, other = Live(Serving.champion(name)), ProductModel.load(registry.artifact(matches[0]))
    model = live.require_model()
    if other.contract.target != model.contract.target:
        raise UserError(f"--model {challenger}: predicts another target than the champion")
    table = latest_rows(folder, live.version, {**model.contract.features, **other.contract.features})
    return {
        "product": live.serving.name,
        "champion": live.version,
        "challenger": matches[0],
        **differences(table, model.scores(table), other.scores(table), model.contract),
    }


def differences(table: pd.DataFrame, before: np.ndarray, after: np.ndarray, contract: Contract) -> dict[str, Any]:
    """How many answers change, which into which, by how much, and in which groups most; scores of both models."""
    target = contract.target
    changed = changed_answers(before, after, target)
    if target.task == "regression":
        moved = np.abs(after - before)
        turns = pd.Series(np.where(after > before, "up", "down")[changed], dtype=object)
    else:
        moved = np.abs(after - before) if before.ndim == 1 else np.abs(after - before).max(axis=1)
        first, second = labels(before, target), labels(after, target)
        turns = pd.Series([f"{old} -> {new}" for old, new in zip(first[changed], second[changed], strict=True)])
    return {
        "rows": len(table),
        "changed": int(changed.sum()),
        "turns": {str(turn): int(rows) for turn, rows in turns.value_counts().items()},
        "moved": {"mean": float(moved.mean()), "p99": float(np.quantile(moved, 0.99)), "max": float(moved.max())},
        "groups": groups(table, changed),
    }


def groups(table: pd.DataFrame, changed: np.ndarray) -> list[dict[str, Any]]:
    """The groups of rows in which most answers change, by value of a column or by thirds of a number."""
    rows: list[dict[str, Any]] = []
    for name, column in table.items():
        values = _grouped(column)
        if values is None:
            continue
        for value, inside in pd.Series(changed).groupby(values.to_numpy()):
            if len(inside) >= SMALLEST:
                group = {"column": str(name), "group": str(value), "rows": len(inside)}
                rows.append({**group, "share": float(inside.mean())})
    return sorted(rows, key=lambda row: (-row["share"], row["column"], row["group"]))[:GROUPS]


def _grouped(column: pd.Series) -> pd.Series | None:
    if column.nunique() <= VALUES:
        return column.astype(object).where(column.notna(), "missing").astype(str)
    if column.dtype != float:
        return None
    low, high = np.nanquantile(column, DECILES[[2, 6]])
    thirds = [column.isna(), column <= low, column <= high]
    return pd.Series(np.select(thirds, ["missing", f"up to {low:g}", f"up to {high:g}"], f"above {high:g}"))


def headline(facts: dict[str, Any]) -> str:
    """The result in one line."""
    turns = ", ".join(f"{turn} {rows:,}" for turn, rows in facts["turns"].items())
    share = facts["changed"] / facts["rows"]
    moved = facts["moved"]
    return (
        f"replay: {facts['product']}, {facts['rows']:,} rows: {facts['changed']:,} answers change ({share:.1%})"
        f"{': ' if turns else ''}{turns}; scores move by {moved['mean']:.3g} on average, {moved['max']:.3g} at most"
    )


def main(
    product: Annotated[str, typer.Argument(help="A product of products/.")],
    model: Annotated[str, typer.Option(help="Hash of a model of the registry, or its beginning.")],
    log: Annotated[Path, typer.Option(help="Folder of the prediction log (SERVICE_PREDICTION_LOG).")],
) -> None:
    """Print how many logged answers another model would change, and where; writes reports/replay.json."""
    try:
        facts = replay(product, model, log)
        write_json(facts, Paths.of(product).figures("replay"))
    except (UserError, OSError) as error:
        sys.exit(f"replay: {message(error)}")
    print(headline(facts))
    for row in facts["groups"]:
        if row["share"]:
            print(f"  {row['column']} = {row['group']}: {row['share']:.1%} of {row['rows']:,} rows")


if __name__ == "__main__":
    typer.run(main)
