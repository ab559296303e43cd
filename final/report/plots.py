"""The report's plots, each from a part of curves.json, effects or the promotion log."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from markupsafe import Markup

from report.svg import Axis, Plot, element, picture

Json = Mapping[str, Any]
STYLES = ("a", "b", "c", "d", "e", "f")  # classes of lines, by their order
SHARE = (0.0, 1.0)


def rates(title: str, x: str, y: str, curves: Sequence[Json], diagonal: bool) -> Markup:
    """ROC or precision-recall: a line for each class."""
    plot = Plot(title, Axis(x, 0, 1), Axis(y, 0, 1.02))
    if diagonal:
        plot.line([(0, 0), (1, 1)], "reference")
    for place, curve in enumerate(curves):
        if curve["points"]:
            plot.line(curve["points"], STYLES[place % len(STYLES)])
    return plot.svg()


def reliability(bins: Sequence[Json]) -> Markup:
    """What came true against what was said; on the diagonal the model's probabilities are right."""
    plot = Plot("Reliability", Axis("probability said", 0, 1), Axis("share that came true", 0, 1.02))
    plot.line([(0, 0), (1, 1)], "reference")
    for one in bins:
        plot.line([(one["said"], one["low"]), (one["said"], one["high"])], "whisker")
        said = f"said {one['said']:.2f}, came true {one['came']:.2f} of {one['rows']} rows"
        plot.dot((one["said"], one["came"]), "a", said, 4.0)
    return plot.svg()


def predicted_and_actual(points: Sequence[Sequence[float]], unit: str) -> Markup:
    both = [value for point in points for value in point]
    axis, other = (Axis.around(f"{word}{f', {unit}' if unit else ''}", both) for word in ("predicted", "actual"))
    plot = Plot("Predicted and actual", axis, other)
    plot.line([(axis.low, axis.low), (axis.high, axis.high)], "reference")
    for point in points:
        plot.dot(point, "a cloud", radius=2.2)
    return plot.svg()


def errors(histogram: Json, unit: str) -> Markup:
    """How far off the predictions are."""
    counts = histogram["counts"]
    x = Axis.around(f"actual - predicted{f', {unit}' if unit else ''}", (histogram["from"], histogram["to"]))
    plot = Plot("Residuals", x, Axis("rows", 0, 1.05 * max(counts)))
    plot.bars(counts, histogram["from"], histogram["to"], "a")
    return plot.svg()


def trend(values: Sequence[float], promoted: Sequence[bool], name: str) -> Markup:
    """A metric over the decisions of the promotion log; filled where the model became champion."""
    y = Axis.around(name, [*values, *(() if min(values) < max(values) else (values[0] * 0.98, values[0] * 1.02))])
    plot = Plot(f"{name} over the decisions", Axis("decision", 0.5, max(len(values), 4) + 0.5), y)
    points = list(enumerate(values, start=1))
    plot.line(points, "a")
    for point, won in zip(points, promoted, strict=True):
        plot.dot(point, "a" if won else "hollow", "promoted" if won else "kept the champion", 4.0)
    return plot.svg()


def tried(losses: Sequence[float], name: str) -> Markup:
    """The trials of a search in their order, and the best so far; trials far off are drawn at the rim."""
    worst = sorted(losses)[int(0.9 * (len(losses) - 1))]
    seen = [min(loss, worst) for loss in losses]
    best = list(accumulate(seen, min))
    plot = Plot(
        "Trials of the search",
        Axis("trial", 0.5, max(len(losses), 4) + 0.5),
        Axis.around(name, [*seen, max(seen) * 1.01]),
    )
    plot.line(list(enumerate(best, start=1)), "a")
    for point, loss in zip(enumerate(seen, start=1), losses, strict=True):
        plot.dot(point, "a" if loss == min(losses) else "hollow", f"{loss:.4g}", 4.0)
    return plot.svg()


def whisker(value: float, low: float, high: float, marks: Mapping[str, float]) -> Markup:
    """An interval as a line with a dot, and reference values (a baseline, a floor) as upright strokes."""
    axis = Axis.around("", (value, low, high, *marks.values()))
    wide = 150

    def at(number: float) -> float:
        return axis.share(number) * wide

    strokes = [
        element("path", element("title", f"{name}: {mark:.3f}"), d=f"M{at(mark):.1f},2V18", class_=f"line {name}")
        for name, mark in marks.items()
    ]
    band = element("path", d=f"M{at(low):.1f},10H{at(high):.1f}", class_="line band")
    said = f"{value:.3f}, interval {low:.3f} to {high:.3f}"
    return picture(said, wide, 20, *strokes, band, element("circle", cx=at(value), cy=10, r=4, class_="a"), style="row")


def histogram(counts: Sequence[int]) -> Markup:
    """A column's distribution as a row of bars, without axes."""
    most, wide = max(counts) or 1, 150 / len(counts)
    bars = [
        element("rect", x=n * wide, y=32 - 32 * c / most, width=wide - 0.7, height=32 * c / most, class_="a")
        for n, c in enumerate(counts)
    ]
    return picture("Distribution", 150, 32, *bars, style="row tall", preserveAspectRatio="none")


def swarm(points: Sequence[Sequence[Any]], reach: float, categorical: bool) -> Markup:
    """A dot a row: right raised the prediction, left lowered it; the bluer, the smaller the feature's value."""
    known = sorted(value for value, _ in points if isinstance(value, int | float))
    dots = [element("path", d="M150,0V28", class_="grid")]
    for place, (value, effect) in enumerate(points):
        rank = known.index(value) / max(len(known) - 1, 1) if isinstance(value, int | float) else None
        style = "missing" if rank is None else f"rank{min(int(rank * 5), 4)}"
        up = 14 + 9 * ((place * 0.618034) % 1 - 0.5) * 2  # the golden ratio spreads neighbours evenly
        across = 150 + 145 * effect / (reach or 1)
        dots.append(element("circle", cx=across, cy=up, r=2.4, class_="plain" if categorical else style))
    return picture("Effects of the feature", 300, 28, *dots, style="swarm")
