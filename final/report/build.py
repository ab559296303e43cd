"""Facts into one self-contained HTML file: no network, no script, every text of the table escaped."""

from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from product import gates
from product.files import write_bytes
from product.metric_names import KINDS
from report import plots, words
from report.facts import Facts, gather

TITLES = {
    "table": "The table",
    "contract": "Contract",
    "findings": "Data findings",
    "metrics": "Metrics",
    "search": "Search",
    "curves": "Curves",
    "calibration": "Calibration",
    "confusion": "Confusion matrix",
    "slices": "Slices",
    "effects": "Features",
    "behaviour": "Behaviour",
    "gates": "Gates",
    "champion": "Champion",
    "provenance": "Provenance",
}
SEVERAL = 5  # dots make a mean worth telling
COLUMNS = 60  # as many have a card
TRIALS = 10  # the best so many of a search
BASELINES = ("baseline", "linear")  # the trivial model, and a linear one on the same rows


def render(facts: Facts) -> str:
    """The page; the same facts give the same text."""
    folder = Path(__file__).with_name("templates")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = Markup((folder / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of ours
    return environment.get_template("report.html.j2").render(**context(facts), style=style)


def write(product: str, trouble: str | None = None) -> Path:
    """products/NAME/reports/report.html as the last run left things, whole or not at all."""
    facts = gather(product, trouble)
    path = facts.paths.figures("report").with_suffix(".html")
    write_bytes(render(facts).encode(), path)
    return path


def context(facts: Facts) -> dict[str, Any]:
    """What the templates show."""
    product, curves, metrics = facts.product, facts.curves, facts.metrics.get("metrics", {})
    baselines = {name: facts.metrics[name] for name in BASELINES if facts.metrics.get(name)}
    slices = [sliced(facts, place) for place in range(len(facts.metrics.get("slices", [])))]
    found: dict[str, Any] = {
        "facts": facts,
        "most": COLUMNS,
        "split_by": split_by(facts),
        "contract": product.contract,
        "target": product.target,
        "curves": curves,
        "metrics": metrics,
        "headline": [name for name in dict.fromkeys([product.metric, product.champion_metric]) if name in metrics],
        "baselines": baselines,
        "levels": lambda name: {key: level(of[name]) for key, of in baselines.items() if name in of},
        "lower": {name for name, kind in KINDS.items() if not kind.higher_is_better},
        "slices": slices,
        "slice_metric": product.slice_metric,
        "problems": gates.failed(facts.verdicts) + ([facts.trouble] if facts.trouble else []),
        "findings": [gate for gate in facts.verdicts if gate.name.startswith(("data", "split"))],
        "behaviour": [gate for gate in facts.verdicts if gate.name.startswith("behaviour")],
        "comparison": next((gate for gate in facts.verdicts if gate.name.startswith("champion: ")), None),
        "ece": facts.metrics.get("ece"),
        "reach": max((abs(e) for one in curves.get("effects", []) for _, e in one["points"]), default=1.0),
        "effects_unit": effects_unit(facts),
        "ranked": ranked(facts.metrics.get("search", {}).get("trials", [])),
        **history(facts),
    }
    there = {
        "table": bool(facts.table),
        "findings": bool(found["findings"]),
        "metrics": bool(metrics),
        "search": "search" in facts.metrics,
        "curves": "roc" in curves or "residuals" in curves,
        "calibration": bool(curves.get("reliability")),
        "confusion": "confusion" in curves,
        "slices": bool(slices),
        "effects": bool(curves.get("effects")),
        "behaviour": bool(found["behaviour"]),
    }
    found["sections"] = [(name, title) for name, title in TITLES.items() if there.get(name, True)]
    helpers = (plots, words.metric, words.figure, words.amount, words.exact, words.allowed, words.rule, level, by_value)
    return found | {helper.__name__.rpartition(".")[2]: helper for helper in helpers}


def ranked(trials: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """The best trials of a search, each with its place in it."""
    return sorted(enumerate(trials), key=lambda one: (one[1]["loss"], one[0]))[:TRIALS]


def level(baseline: Any) -> float:
    """A baseline's figure, whether it comes with an interval or not."""
    return float(baseline["value"] if isinstance(baseline, dict) else baseline)


def sliced(facts: Facts, place: int) -> dict[str, Any]:
    """One group of the hold-out with its limit."""
    one, wanted, name = facts.metrics["slices"][place], facts.product.gates.slices, facts.product.slice_metric
    limits = {"floor": wanted.floors.get(one["column"]), "ceiling": wanted.ceilings.get(one["column"])}
    return {
        "column": one["column"],
        "group": one["value"],
        "rows": one["rows"],
        "found": one[name],
        "key": f"slices.{place}.{name}",
        "low": one.get("low"),
        "high": one.get("high"),
        "marks": {key: limit for key, limit in limits.items() if limit is not None},
    }


def split_by(facts: Facts) -> str:
    """What put a row on its side of the split."""
    by = facts.product.split.by
    return f"time ({by})" if by else f"a hash of the {'id' if facts.product.id else 'row'}"


def history(facts: Facts) -> dict[str, Any]:
    """The champion's metric over the decisions that recorded it."""
    name = facts.product.champion_metric
    known = [entry for entry in facts.decisions if name in (entry.get("metrics") or {})]
    values = [entry["metrics"][name] for entry in known]
    drawn = plots.trend(values, [e["action"] == "promote" for e in known], words.metric(name)) if len(known) > 1 else ""
    return {"trend": drawn, "trend_metric": name if known else ""}


def effects_unit(facts: Facts) -> str:
    target = facts.product.target
    if target.task == "binary":
        return f"log odds of {target.name} = {target.positive}"
    if target.task == "regression":
        return target.unit or f"the unit of {target.name}"
    return "raw scores; the dots show the score of the class that is predicted"


def by_value(points: list[list[Any]], most: int = 4) -> str:
    """The mean effect of a category's commonest values, where it has several dots."""
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for value, effect in points:
        groups["missing" if value is None else str(value)].append(effect)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))[:most]
    return ", ".join(f"{value} {mean(effects):+.2f}" for value, effects in ranked if len(effects) >= SEVERAL)
