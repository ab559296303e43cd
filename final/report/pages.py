"""Pages of one self-contained file: Jinja templates that write nothing they do not know, in the report's style."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from report import plots, words

STYLE = Path(__file__).with_name("templates") / "style.css"


def environment(folder: Path, **more: Any) -> Environment:
    """For the templates of a folder, which know `plots`, `words`, `style` and what else is named here."""
    pages = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = Markup(STYLE.read_text(encoding="utf-8"))  # noqa: S704 - a file of ours
    pages.globals |= {"plots": plots, "words": words, "style": style, **more}
    return pages
