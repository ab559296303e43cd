"""Small plots as inline SVG: a frame with axes, and marks on it.

Colours come from the page's style, so that dark and printed pages use the same plot; all text is escaped.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from core.base.rounding import next_round

Point = Sequence[float]
WIDTH, HEIGHT = 360, 270
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 42


def element(name: str, *inside: str | Markup, **attributes: object) -> Markup:
    """<name attributes>inside</name>; an underscore in an attribute's name is a hyphen, the last one is dropped."""
    given = [
        f' {key.rstrip("_").replace("_", "-")}="{escape(number(value))}"'
        for key, value in attributes.items()
        if value is not None
    ]
    return Markup(f"<{name}{''.join(given)}>") + Markup("").join(inside) + Markup(f"</{name}>")  # noqa: S704


def number(value: object) -> str:
    """Coordinates with two decimals, which is finer than a pixel and keeps the file small."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within [low, high]."""
    step = next_round((high - low) / about)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


@dataclass(frozen=True)
class Axis:
    """A linear scale from low to high."""

    label: str
    low: float
    high: float

    @classmethod
    def around(cls, label: str, values: Iterable[float]) -> "Axis":
        """A scale that contains all the values, with a little room."""
        finite = [value for value in values if math.isfinite(value)] or [0.0]
        low, high = min(finite), max(finite)
        room = 0.04 * (high - low) or abs(low) or 1.0
        return cls(label, low - room, high + room)

    def share(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)


@dataclass
class Plot:
    """A frame of WIDTH x HEIGHT that marks are put on; str() of `svg` is the whole plot."""

    title: str
    x: Axis
    y: Axis
    marks: list[Markup] = field(default_factory=list)

    def at(self, point: Point) -> tuple[float, float]:
        """Pixels of a point in the axes' units."""
        across = LEFT + self.x.share(point[0]) * (WIDTH - LEFT - RIGHT)
        return across, HEIGHT - BOTTOM - self.y.share(point[1]) * (HEIGHT - TOP - BOTTOM)

    def line(self, points: Iterable[Point], style: str) -> None:
        path = "L".join(",".join(number(pixel) for pixel in self.at(point)) for point in points)
        self.marks.append(element("path", d=f"M{path}", class_=f"line {style}"))

    def dot(self, point: Point, style: str, title: str = "", radius: float = 3.0) -> None:
        across, down = self.at(point)
        inside = [element("title", escape(title))] if title else []
        self.marks.append(element("circle", *inside, cx=across, cy=down, r=radius, class_=style))

    def bars(self, counts: Sequence[float], low: float, high: float, style: str) -> None:
        """A histogram's bars over [low, high]."""
        wide = (high - low) / len(counts)
        for place, count in enumerate(counts):
            left, top = self.at((low + place * wide, count))
            right, base = self.at((low + (place + 1) * wide, 0))
            self.marks.append(
                element("rect", x=left, y=top, width=max(right - left - 1, 0.5), height=base - top, class_=style)
            )

    def svg(self) -> Markup:
        return picture(self.title, WIDTH, HEIGHT, *self._frame(), *self.marks, style="plot")

    def _frame(self) -> Iterable[Markup]:
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        for value in ticks(self.x.low, self.x.high):
            across, _ = self.at((value, self.y.low))
            yield element("path", d=f"M{number(across)},{TOP}V{bottom}", class_="grid")
            yield label(across, bottom + 15, f"{value:g}", "middle")
        for value in ticks(self.y.low, self.y.high):
            _, down = self.at((self.x.low, value))
            yield element("path", d=f"M{LEFT},{number(down)}H{right}", class_="grid")
            yield label(LEFT - 5, down + 4, f"{value:g}", "end")
        yield label((LEFT + right) / 2, HEIGHT - 8, self.x.label, "middle")
        middle = (TOP + bottom) / 2
        yield label(12.0, middle, self.y.label, "middle", transform=f"rotate(-90 12 {number(middle)})")


def label(x: float, y: float, text: str, anchor: str = "start", **more: object) -> Markup:
    return element("text", escape(text), x=x, y=y, text_anchor=anchor, **more)


def picture(title: str, width: int, height: int, *inside: Markup, style: str, **more: object) -> Markup:
    """An <svg> that a screen reader reads as its title."""
    box = f"0 0 {width} {height}"
    return element("svg", element("title", escape(title)), *inside, viewBox=box, role="img", class_=style, **more)
