"""A report as HTML: its elements, its text, and the figures in it by their place in metrics.json."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self.text += " " if tag in ("td", "th") else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def figures(self) -> dict[str, float]:
        """Full values by their place in metrics.json."""
        return {
            str(given["data-key"]): float(str(given["value"]))
            for tag, given in self.elements
            if tag == "data" and "data-key" in given
        }

    def sections(self) -> list[str | None]:
        return [given.get("id") for tag, given in self.elements if tag == "section"]


def leaves(figures: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a JSON tree by its path."""
    if isinstance(figures, dict | list):
        for key, value in figures.items() if isinstance(figures, dict) else enumerate(figures):
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(figures, float):
        yield path, figures
