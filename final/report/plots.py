"""The report's plots, each from a part of curves.json, effects or the promotion log."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from markupsafe import Markup

from report.svg import Axis, Plot, element, label, number, picture, ticks

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
    """Observed share against predicted probability; on the diagonal they agree."""
    plot = Plot("Reliability", Axis("predicted probability", 0, 1), Axis("observed share", 0, 1.02))
    plot.line([(0, 0), (1, 1)], "reference")
    for row in bins:
        predicted, observed = row["predicted"], row["observed"]
        plot.line([(predicted, row["low"]), (predicted, row["high"])], "whisker")
        title = f"predicted {predicted:.2f}, observed {observed:.2f} of {row['rows']} rows"
        plot.dot((predicted, observed), "a", title, 4.0)
    return plot.svg()


def predicted_and_actual(points: Sequence[Sequence[float]], unit: str) -> Markup:
    both = [value for point in points for value in point]
    axis = Axis.around(_with_unit("predicted", unit), both)
    plot = Plot("Predicted and actual", axis, Axis.around(_with_unit("actual", unit), both))
    plot.line([(axis.low, axis.low), (axis.high, axis.high)], "reference")
    for point in points:
        plot.dot(point, "a cloud", radius=2.2)
    return plot.svg()


def errors(histogram: Json, unit: str) -> Markup:
    """How far off the predictions are."""
    counts = histogram["counts"]
    x = Axis.around(_with_unit("actual - predicted", unit), (histogram["from"], histogram["to"]))
    plot = Plot("Residuals", x, Axis("rows", 0, 1.05 * max(counts)))
    plot.bars(counts, histogram["from"], histogram["to"], "a")
    return plot.svg()


def _with_unit(label: str, unit: str) -> str:
    return f"{label}, {unit}" if unit else label


def costs(curve: Sequence[Sequence[float]], threshold: float) -> Markup:
    """Mean cost of a row by the threshold; the dot is the one that is used."""
    y = Axis("mean cost of a row", 0, 1.05 * max(cost for _, cost in curve) or 1.0)
    plot = Plot("Cost by threshold", Axis("threshold", 0, 1), y)
    plot.line(curve, "a")
    nearest = min(curve, key=lambda point: abs(point[0] - threshold))
    plot.dot((threshold, nearest[1]), "a", f"threshold {threshold:.3g}: {nearest[1]:.4g}", 4.0)
    return plot.svg()


def trend(values: Sequence[float], promoted: Sequence[bool], name: str) -> Markup:
    """A metric over the decisions of the promotion log; filled where the model became champion."""
    room = () if min(values) < max(values) else (values[0] * 0.98, values[0] * 1.02)
    y = Axis.around(name, [*values, *room])
    plot = Plot(f"{name} over the decisions", Axis("decision", 0.5, max(len(values), 4) + 0.5), y)
    points = list(enumerate(values, start=1))
    plot.line(points, "a")
    for point, won in zip(points, promoted, strict=True):
        plot.dot(point, "a" if won else "hollow", "promoted" if won else "kept the champion", 4.0)
    return plot.svg()


def tried(losses: Sequence[float], name: str) -> Markup:
    """The trials of a search in their order, and the best so far; the worst tenth is drawn at the edge."""
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
    """An interval as a line with a dot, and reference values (a baseline, a floor) as vertical strokes."""
    axis = Axis.around("", (value, low, high, *marks.values()))
    wide = 150

    def at(number: float) -> float:
        return axis.share(number) * wide

    strokes = [
        element("path", element("title", f"{name}: {mark:.3f}"), d=f"M{at(mark):.1f},2V18", class_=f"line {name}")
        for name, mark in marks.items()
    ]
    band = element("path", d=f"M{at(low):.1f},10H{at(high):.1f}", class_="line band")
    dot = element("circle", cx=at(value), cy=10, r=4, class_="a")
    title = f"{value:.3f}, interval {low:.3f} to {high:.3f}"
    return picture(title, wide, 20, *strokes, band, dot, style="row")


def stroke(name: str) -> Markup:
    """A stroke of `whisker`, for the legend."""
    return picture(name, 8, 20, element("path", d="M4,2V18", class_=f"line {name}"), style="stroke")


def histogram(counts: Sequence[int]) -> Markup:
    """A column's distribution as a row of bars, without axes."""
    most, wide = max(counts) or 1, 150 / len(counts)
    bars = [
        element("rect", x=n * wide, y=32 - 32 * c / most, width=wide - 0.7, height=32 * c / most, class_="a")
        for n, c in enumerate(counts)
    ]
    return picture("Distribution", 150, 32, *bars, style="row tall", preserveAspectRatio="none")


def swarm(points: Sequence[Sequence[Any]], reach: float, categorical: bool) -> Markup:
    """A dot for each row: right raised the prediction, left lowered it; the bluer, the smaller the feature's value."""
    values = sorted(value for value, _ in points if isinstance(value, int | float))
    dots = [element("path", d="M150,0V28", class_="grid")]
    for place, (value, effect) in enumerate(points):
        style = "plain" if categorical else _colour(value, values)
        up = 14 + 9 * ((place * 0.618034) % 1 - 0.5) * 2  # the golden ratio spreads neighbours evenly
        across = 150 + 145 * effect / reach
        dots.append(element("circle", cx=across, cy=up, r=2.4, class_=style))
    return picture("Effects of the feature", 300, 28, *dots, style="swarm")


def _colour(value: Any, values: Sequence[float]) -> str:
    """The class of a dot by the rank of its value among all."""
    if not isinstance(value, int | float):
        return "missing"
    rank = values.index(value) / max(len(values) - 1, 1)
    return f"rank{min(int(rank * 5), 4)}"


def swarm_axis(reach: float) -> Markup:
    """The axis below all swarms: their effects on one scale."""
    marks = [element("path", d="M5,1H295", class_="grid")]
    for value in ticks(-reach, reach, 4):
        across = 150 + 145 * value / reach
        marks.append(element("path", d=f"M{number(across)},1V6", class_="grid"))
        marks.append(label(across, 18, f"{value:+g}" if value else "0", "middle"))
    return picture("Scale of the effects", 300, 22, *marks, style="swarm")
