"""Facts into one self-contained HTML file: no network, no script, every text of the table escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from core.base.files import write_bytes
from core.gates import gate
from core.gates.doubts import notes
from core.spec.metric_names import KINDS
from report import plots, words
from report.facts import Facts, gather
from report.pages import environment

TITLES = {
    "metrics": "Metrics",
    "gates": "Gates",
    "curves": "Curves",
    "coverage": "Coverage",
    "decision": "Decision",
    "slices": "Slices",
    "labels": "Labels",
    "effects": "Features",
    "champion": "Champion",
    "search": "Search",
    "table": "The table",
    "contract": "Contract",
    "provenance": "Provenance",
}
CARDS = 60  # columns of the table that have a card
TRIALS = 10  # of a search, the best ones
BASELINES = {"baseline": "trivial model", "linear": "linear model"}  # by key of metrics.json
STROKES = {
    "baseline": "trivial model, which always gives the same answer",
    "linear": "linear model on the same rows",
    "floor": "limit of the gate",
    "ceiling": "limit of the gate",
}


def render(facts: Facts) -> str:
    """The page; the same facts give the same text."""
    return _environment().get_template("report.html.j2").render(**context(facts))


@cache
def _environment() -> Environment:
    """Compiles each template once."""
    return environment(Path(__file__).with_name("templates"))


def write(product: str, failure: str = "") -> Path:
    """Write products/NAME/reports/report.html about the last run, atomically."""
    facts = gather(product, failure)
    path = facts.paths.figures("report").with_suffix(".html")
    write_bytes(render(facts).encode(), path)
    return path


def context(facts: Facts) -> dict[str, Any]:
    """The values that the templates show."""
    product, metrics = facts.product, facts.metrics.get("metrics", {})
    headline = dict.fromkeys([product.metric, product.champion_metric])
    return {
        "facts": facts,
        "product": product,
        "contract": product.contract,
        "target": product.target,
        "sections": sections(facts),
        "problems": problems(facts),
        "notes": notes(facts.metrics, product.metric) if facts.metrics else [],
        "headline": [name for name in headline if name in metrics],
        "metrics": metrics,
        "baselines": baselines(facts),
        "marks": {name: marks(facts, name) for name in metrics},
        "strokes": STROKES,
        "lower_is_better": {name for name, kind in KINDS.items() if not kind.higher_is_better},
        "slices": [slice_row(facts, place) for place in range(len(facts.metrics.get("slices", [])))],
        "slice_metric": product.slice_metric,
        "weak": facts.metrics.get("weak"),
        "metrics_coverage": facts.metrics.get("coverage"),
        "covered": covered(facts),
        "decision": facts.metrics.get("decision"),
        "curves": facts.curves,
        "reach": reach(facts),
        "effects_unit": effects_unit(facts),
        "comparison": next((gate for gate in facts.verdicts if gate.name.startswith("champion: ")), None),
        "ranked": ranked(facts.metrics.get("search", {}).get("trials", [])),
        "split_by": split_by(facts),
        "cards": CARDS,
        "baseline_names": BASELINES,
        **history(facts),
    }


def problems(facts: Facts) -> list[str]:
    """The failed gates; without one, also the reason why a stage did not end."""
    is_unfinished = facts.verdicts[-1].name.endswith(": not reached")
    reason = [facts.failure] if facts.failure and is_unfinished else []
    return gate.failed(facts.verdicts) + reason


def sections(facts: Facts) -> list[tuple[str, str]]:
    """Name and title of each section; those of stages that were not reached are left out."""
    is_present = {
        "metrics": bool(facts.metrics),
        "curves": "roc" in facts.curves or "residuals" in facts.curves,
        "coverage": "coverage" in facts.metrics,
        "decision": "decision" in facts.metrics,
        "slices": bool(facts.metrics.get("slices") or facts.metrics.get("weak")),
        "labels": bool(facts.labels),
        "effects": bool(facts.curves.get("effects")),
        "search": "search" in facts.metrics,
        "table": bool(facts.table),
    }
    return [(name, title) for name, title in TITLES.items() if is_present.get(name, True)]


def baselines(facts: Facts) -> dict[str, dict[str, float]]:
    """The metrics of the trivial and of the linear model, by their name."""
    return {key: facts.metrics[key] for key in BASELINES if facts.metrics.get(key)}


def marks(facts: Facts, metric: str) -> dict[str, float]:
    """The strokes beside the interval of a metric."""
    strokes = {key: values[metric] for key, values in baselines(facts).items() if metric in values}
    gates = facts.product.gates
    if metric == facts.product.metric:
        strokes |= _limits(gates.floor, gates.ceiling)
    return strokes


def _limits(floor: float | None, ceiling: float | None) -> dict[str, float]:
    limits = {"floor": floor, "ceiling": ceiling}
    return {name: limit for name, limit in limits.items() if limit is not None}


def slice_row(facts: Facts, place: int) -> dict[str, Any]:
    """One group of the hold-out with its limit."""
    group = facts.metrics["slices"][place]
    limits, metric = facts.product.gates.slices, facts.product.slice_metric
    return {
        "column": facts.product.contract.features[group["column"]].title(group["column"]),
        "group": group["value"],
        "rows": group["rows"],
        "value": group[metric],
        "key": f"slices.{place}.{metric}",
        "low": group.get("low"),
        "high": group.get("high"),
        "marks": _limits(limits.floors.get(group["column"]), limits.ceilings.get(group["column"])),
    }


def covered(facts: Facts) -> list[dict[str, Any]]:
    """The share of the hold-out and of its slices in which the set or interval held the truth."""
    figures = facts.metrics.get("coverage")
    if figures is None:
        return []
    features, marked = facts.product.contract.features, {"marks": {"floor": figures["promised"]}}
    parts = [
        {**part, "group": f"{features[part['column']].title(part['column'])} = {part['value']}"}
        for part in figures["slices"]
    ]
    return [{**part, **marked} for part in [{**figures, "group": "all rows"}, *parts]]


def reach(facts: Facts) -> float:
    """The largest effect of a feature in a row, either way."""
    effects = [abs(effect) for feature in facts.curves.get("effects", []) for _, effect in feature["points"]]
    return max(effects, default=0) or 1.0


def effects_unit(facts: Facts) -> str:
    target = facts.product.target
    if target.task == "binary":
        return f"log odds of {target.name} = {target.label(target.positive)}"
    if target.task == "regression":
        return target.unit or f"the unit of {target.name}"
    return "raw scores; the dots show the score of the predicted class"


def ranked(trials: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """The best trials of a search, each with its number."""
    return sorted(enumerate(trials), key=lambda numbered: (numbered[1]["loss"], numbered[0]))[:TRIALS]


def split_by(facts: Facts) -> str:
    """What decides on the part that a row is in."""
    split = facts.product.split
    group = f", rows of one {split.group} together" if split.group else ""
    if split.by:
        return f"time ({split.by}){group}"
    if split.group:
        return f"a hash of the group ({split.group})"
    return f"a hash of the {'id' if facts.product.id else 'row'}"


def history(facts: Facts) -> dict[str, Any]:
    """The plot of the champion metric over the decisions, and the metric if a decision recorded it."""
    metric = facts.product.champion_metric
    entries = [entry for entry in facts.decisions if metric in (entry.get("metrics") or {})]
    trend: Markup | str = ""
    if len(entries) > 1:
        values = [entry["metrics"][metric] for entry in entries]
        trend = plots.trend(values, [entry["action"] == "promote" for entry in entries], words.metric(metric))
    return {"trend": trend, "trend_metric": metric if entries else ""}
