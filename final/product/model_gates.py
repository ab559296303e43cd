"""Gates on the model: floor, better than the trivial model, slice floors."""

from typing import Any

from product.declaration import Product
from product.gates import Gate, at_least


def all_gates(figures: dict[str, Any], product: Product) -> list[Gate]:
    """Verdicts on the figures that `evaluation.evaluate` made."""
    wanted = product.gates
    value = figures["metrics"][wanted.metric]["value"]
    trivial = figures["baseline"][wanted.metric]
    gates = [
        at_least(
            f"model: {wanted.metric}",
            value,
            wanted.floor,
            "Better features or more rows; see reports/metrics.json",
        ),
        at_least(
            "model: above baseline",
            value - trivial,
            wanted.above_baseline,
            f"Always answering the commoner class gives {wanted.metric} {trivial:.3f}",
        ),
    ]
    for column in (name for name in wanted.slices.floors if name in product.contract.features):
        parts = [p for p in figures["slices"] if p["column"] == column and p["rows"] >= wanted.slices.min_rows]
        if not parts:
            remedy = f"No group of {column} has {wanted.slices.min_rows} rows in the hold-out, so nothing was judged"
            gates.append(Gate(f"slice: {column}", "no group", f">= {wanted.slices.floors[column]:.3f}", False, remedy))
        for part in parts:
            detail = f"Accuracy over {part['rows']} rows of the hold-out"
            gates.append(
                at_least(f"slice: {column}={part['value']}", part["accuracy"], wanted.slices.floors[column], detail)
            )
    return gates
