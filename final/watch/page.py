"""Facts of a look into one self-contained HTML file, in the style of the run's report."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from report.pages import environment
from report.svg import Axis, Plot
from watch.words import moved_in_words


def render(facts: dict[str, Any]) -> str:
    """The page; the same facts give the same text."""
    return _environment().get_template("watch.html.j2").render(facts=facts, over_time=over_time(facts))


@cache
def _environment() -> Environment:
    """Compiles each template once."""
    return environment(Path(__file__).with_name("templates"), moved_in_words=moved_in_words)


def over_time(facts: dict[str, Any]) -> Markup | None:
    """Estimated (line) and realised (dots) performance by day, and what is allowed (dashes); of two days or more."""
    days = facts["days"]
    if len(days) < 2:
        return None
    values = [day[kind] for day in days for kind in ("estimated", "realised") if day[kind] is not None]
    y = Axis.around(facts["measure"], [*values, facts["allowed"], facts["promise"]["value"]])
    plot = Plot("Performance by day", Axis("day", 0, len(days) + 1), y)
    plot.line([(0, facts["allowed"]), (len(days) + 1, facts["allowed"])], "reference")
    plot.line([(place, day["estimated"]) for place, day in enumerate(days, start=1)], "a")
    for place, day in enumerate(days, start=1):
        if day["realised"] is not None:
            title = f"{day['day']}: realised {day['realised']:.3f} of {day['labelled']:,} rows"
            plot.dot((place, day["realised"]), "a", title, 4.0)
    return plot.svg()
