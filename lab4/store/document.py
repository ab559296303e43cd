"""A small document that is written once and comes out as Markdown and as one self-contained HTML page."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, Protocol

STYLE: Final = """
:root { --ink: #1f2937; --soft: #6b7280; --line: #e5e7eb; --wash: #f8fafc; --accent: #0f766e; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--wash); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 2rem auto; padding: 2rem 3rem 3rem; background: #fff; border: 1px solid var(--line);
  border-radius: 12px; }
h1 { margin: 0 0 .5rem; font-size: 1.8rem; }
h2 { margin: 2.5rem 0 .5rem; padding-top: 1.2rem; border-top: 1px solid var(--line); font-size: 1.25rem; }
p { margin: .5rem 0 1rem; max-width: 48rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .9rem; }
th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 2px solid var(--line); }
th, td { padding: .4rem .7rem .4rem 0; vertical-align: top; }
td { border-bottom: 1px solid var(--line); }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85em; }
p code { overflow-wrap: anywhere; }
td code { white-space: nowrap; }
pre { padding: 1rem; background: var(--wash); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto;
  line-height: 1.25; }
img { max-width: 100%; height: auto; }
.flow { display: flex; flex-wrap: wrap; align-items: stretch; gap: .4rem; margin: 1rem 0; }
.flow div { flex: 1 1 8rem; padding: .6rem .8rem; border: 1px solid var(--accent); border-radius: 8px;
  font-size: .85rem; }
.flow b { display: block; color: var(--accent); }
.flow span { align-self: center; color: var(--soft); }
@media print { body { background: #fff; } main { border: 0; margin: 0; padding: 0; } }
"""


class Block(Protocol):
    def markdown(self) -> str: ...
    def html(self) -> str: ...


def _spans(text: str) -> str:
    """HTML of a text in which `backticks` mark code."""
    pieces = text.split("`")
    return "".join(f"<code>{escape(p)}</code>" if i % 2 else escape(p) for i, p in enumerate(pieces))


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2

    def markdown(self) -> str:
        return f"{'#' * self.level} {self.text}"

    def html(self) -> str:
        return f"<h{self.level}>{_spans(self.text)}</h{self.level}>"


@dataclass(frozen=True)
class Paragraph:
    text: str

    def markdown(self) -> str:
        return self.text

    def html(self) -> str:
        return f"<p>{_spans(self.text)}</p>"


@dataclass(frozen=True)
class Table:
    """Rows of text; columns whose name ends in `#` hold numbers and stand to the right."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        def line(cells: Sequence[str]) -> str:
            return f"| {' | '.join(c.replace('|', chr(92) + '|') for c in cells)} |"

        rule = ["---:" if name.endswith("#") else "---" for name in self.header]
        return "\n".join(map(line, ([n.rstrip("#") for n in self.header], rule, *self.rows)))

    def html(self) -> str:
        kinds = [' class="number"' if name.endswith("#") else "" for name in self.header]
        head = "".join(f"<th{k}>{_spans(n.rstrip('#'))}</th>" for k, n in zip(kinds, self.header, strict=True))
        body = "\n".join(
            "<tr>" + "".join(f"<td{k}>{_spans(c)}</td>" for k, c in zip(kinds, row, strict=True)) + "</tr>"
            for row in self.rows
        )
        return f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>'


@dataclass(frozen=True)
class Code:
    text: str

    def markdown(self) -> str:
        return f"```\n{self.text}\n```"

    def html(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


@dataclass(frozen=True)
class Flow:
    """Steps in a row: name and what it is. Markdown has the drawing that stands beside it, so it shows nothing."""

    steps: Sequence[tuple[str, str]]

    def markdown(self) -> str:
        return ""

    def html(self) -> str:
        boxes = [f"<div><b>{escape(name)}</b>{_spans(text)}</div>" for name, text in self.steps]
        return f'<div class="flow">{"<span>→</span>".join(boxes)}</div>'


@dataclass(frozen=True)
class Image:
    """A PNG: a link in Markdown, inside the page in HTML."""

    path: Path
    alt: str

    def markdown(self) -> str:
        return f"![{self.alt}]({self.path.name})"

    def html(self) -> str:
        content = base64.b64encode(self.path.read_bytes()).decode()
        return f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{content}">'


def to_markdown(blocks: Sequence[Block]) -> str:
    return "\n\n".join(text for b in blocks if (text := b.markdown())) + "\n"


def to_html(title: str, blocks: Sequence[Block]) -> str:
    body = "\n".join(block.html() for block in blocks)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style></head>\n'
        f"<body><main>\n{body}\n</main></body>\n</html>\n"
    )
