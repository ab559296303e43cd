"""Gates on the model: its limit, its gain over the trivial model, calibration, slices and behaviour."""

from typing import Any

from core.gates import behaviour
from core.gates.gate import Gate, limited
from core.metrics.metrics import gain
from core.spec.product import Product


def metric(figures: dict[str, Any], product: Product) -> list[Gate]:
    """The metric keeps its limit, and is better than the trivial model's."""
    name, limits = product.metric, product.gates
    value, trivial = figures["metrics"][name]["value"], figures["baseline"][name]
    answer = "the mean" if product.target.task == "regression" else "the commonest class"
    reason = f"Always answering {answer} gives {name} {trivial:.3f}"
    remedy = "Add rows or better features, or change the limit under gates in product.yaml"
    return [
        limited(f"model: {name}", value, limits.floor, limits.ceiling, remedy),
        limited("model: above baseline", gain(name, value, trivial), limits.above_baseline, None, reason),
    ]


def beside_linear(figures: dict[str, Any], product: Product) -> list[Gate]:
    """A linear model on the same rows is not clearly better, by the paired bootstrap on the hold-out.

    A model that loses just what does not matter is stopped one time in 200 at the default limit, an equally good one
    less often.
    """
    if "beside_linear" not in figures:
        return []
    name = product.metric
    value, linear = figures["metrics"][name]["value"], figures["linear"][name]
    reason = (
        f"A linear model on the same rows has {name} {linear:.3f}, this one {value:.3f}: set model: "
        "{estimator: linear} in product.yaml, or look in the report at what the model learned"
    )
    return [
        limited(
            "model: beside a linear one",
            figures["beside_linear"]["not_worse"],
            product.gates.beside_linear,
            None,
            reason,
        )
    ]


def budget(figures: dict[str, Any], product: Product) -> list[Gate]:
    """The model's files are not too large, and a row is not scored too slowly where that is declared.

    Time is no figure that two runs agree on: the verdict has it only where it failed.
    """
    limits = product.gates.budget
    smaller = "Fewer iterations or a smaller depth under model in product.yaml, or gates.budget.megabytes"
    gates = [limited("model: megabytes", figures["megabytes"], None, limits.megabytes, smaller)]
    if limits.microseconds is not None:
        value = figures["microseconds"]
        passed = value <= limits.microseconds
        shown = "kept" if passed else f"{value:.1f}"
        remedy = "Fewer iterations or model: {quality: fast} in product.yaml, or gates.budget.microseconds"
        gates.append(Gate("model: microseconds a row", shown, f"<= {limits.microseconds:g}", passed, remedy))
    return gates


def coverage(figures: dict[str, Any], product: Product) -> list[Gate]:
    """Sets or intervals hold the truth in the promised share of the hold-out and of its slices, but for luck.

    In a split by time later rows need not be like earlier ones, which the promise takes for granted: nothing is judged.
    """
    if product.coverage is None:
        return []
    kept = figures["coverage"]
    value = f"{kept['covered']:.3f}"
    if product.split.by is not None:
        return [Gate("model: coverage", value, "split by time: not judged", True)]
    detail = (
        f"Sets or intervals that promise {product.coverage:g} hold the truth in {value} of {kept['rows']} rows: the "
        "hold-out is not like the rows of the training, as after a change over time; split: {by: DATE} shows whether"
    )
    gates = [limited("model: coverage", kept["covered"], kept["least"], None, detail)]
    for part in (part for part in kept["slices"] if "least" in part):
        column, group = part["column"], part["value"]
        reason = (
            f"Sets or intervals of these rows hold the truth in {part['covered']:.3f} of {part['rows']}: those of the "
            "hold-out are not like those of the training, or gates.slices has a column whose groups change over time"
        )
        gates.append(limited(f"slice: coverage of {column}={group}", part["covered"], part["least"], None, reason))
    return gates


def decisions(figures: dict[str, Any], product: Product) -> list[Gate]:
    """Deciding by the model costs no more than deciding the same of every row, where costs are declared."""
    if product.decision is None or product.decision.costs is None:
        return []
    costs = figures["decision"]
    way = min(("always", "never"), key=lambda name: costs[name])
    detail = f"Deciding {way} for the positive class is cheaper: get more rows or features, or correct decision.costs"
    return [limited("model: cost of a decision", costs["cost"], None, costs[way], detail)]


def calibration(figures: dict[str, Any], product: Product) -> list[Gate]:
    """The expected calibration error keeps its limit, if there is one."""
    most = product.gates.calibration.max_ece
    if most is None:
        return []
    reason = "Predicted probabilities differ from the observed shares: see the reliability plot under Calibration"
    return [limited("model: calibration error", figures["ece"], None, most, reason)]


def slices(figures: dict[str, Any], product: Product) -> list[Gate]:
    """Every group that is large enough keeps its column's limit; a column without such a group was not judged."""
    limits, metric = product.gates.slices, product.slice_metric
    gates = []
    for column in (name for name in limits.columns if name in product.contract.features):
        floor, ceiling = limits.floors.get(column), limits.ceilings.get(column)
        parts = [part for part in figures["slices"] if part["column"] == column and part["rows"] >= limits.min_rows]
        if not parts:
            remedy = f"No group of {column} has {limits.min_rows} rows in the hold-out, so nothing was judged"
            threshold = f">= {floor:.3f}" if floor is not None else f"<= {ceiling:.3f}"
            gates.append(Gate(f"slice: {column}", "no group", threshold, False, remedy))
        for part in parts:
            detail = f"{metric} over {part['rows']} rows of the hold-out"
            gates.append(limited(f"slice: {column}={part['value']}", part[metric], floor, ceiling, detail))
    return gates


def found_slices(figures: dict[str, Any], product: Product) -> list[Gate]:
    """No group that the search found is much weaker than the other rows, where a limit is declared."""
    most = product.gates.slices.searched
    if most is None:
        return []
    excess = {part["group"]: part["errors"] - part["elsewhere"] for part in figures["weak"]["worst"]}
    if not excess:
        return [Gate("slice: found by search", "none", f"<= {most:.3f}", True)]
    group = max(excess, key=lambda name: excess[name])
    detail = (
        f"The model errs more often where {group}: add rows or features that tell them apart; all are in the report"
    )
    return [limited("slice: found by search", excess[group], None, most, detail)]


def all_gates(figures: dict[str, Any], product: Product) -> list[Gate]:
    """Verdicts on the figures of `evaluate`."""
    return [
        *metric(figures, product),
        *beside_linear(figures, product),
        *budget(figures, product),
        *coverage(figures, product),
        *calibration(figures, product),
        *decisions(figures, product),
        *slices(figures, product),
        *found_slices(figures, product),
        *behaviour.gates(figures["behaviour"]),
    ]
