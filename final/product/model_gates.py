"""Gates on the model: its limit, better than the trivial model, limits of the slices."""

from typing import Any

from product import behaviour
from product.declaration import Product
from product.gates import Gate, limited
from product.metrics import gain


def metric(figures: dict[str, Any], product: Product) -> list[Gate]:
    """The metric keeps its limit, and is better than the trivial model's."""
    name, wanted = product.metric, product.gates
    value, trivial = figures["metrics"][name]["value"], figures["baseline"][name]
    answer = "the mean" if product.target.task == "regression" else "the commoner class"
    why = f"Always answering {answer} gives {name} {trivial:.3f}"
    return [
        limited(f"model: {name}", value, wanted.floor, wanted.ceiling, "Better features or more rows; see the report"),
        limited("model: above baseline", gain(name, value, trivial), wanted.above_baseline, None, why),
    ]


def calibration(figures: dict[str, Any], product: Product) -> list[Gate]:
    """The expected calibration error keeps its limit, where one is given."""
    most = product.gates.calibration.max_ece
    if most is None:
        return []
    why = "What is said to come true with some probability comes more or less often: see the reliability in the report"
    return [limited("model: calibration error", figures["ece"], None, most, why)]


def slices(figures: dict[str, Any], product: Product) -> list[Gate]:
    """Every group that is large enough keeps its column's limit; a column without such a group was not judged."""
    gates, wanted, name = [], product.gates.slices, product.slice_metric
    for column in (name for name in wanted.columns if name in product.contract.features):
        floor, ceiling = wanted.floors.get(column), wanted.ceilings.get(column)
        parts = [p for p in figures["slices"] if p["column"] == column and p["rows"] >= wanted.min_rows]
        if not parts:
            remedy = f"No group of {column} has {wanted.min_rows} rows in the hold-out, so nothing was judged"
            threshold = f">= {floor:.3f}" if floor is not None else f"<= {ceiling:.3f}"
            gates.append(Gate(f"slice: {column}", "no group", threshold, False, remedy))
        for part in parts:
            detail = f"{name} over {part['rows']} rows of the hold-out"
            gates.append(limited(f"slice: {column}={part['value']}", part[name], floor, ceiling, detail))
    return gates


def all_gates(figures: dict[str, Any], product: Product) -> list[Gate]:
    """Verdicts on the figures that `evaluation.evaluate` made."""
    return [
        *metric(figures, product),
        *calibration(figures, product),
        *slices(figures, product),
        *behaviour.gates(figures["behaviour"]),
    ]
