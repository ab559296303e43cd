"""The page's two charts: probabilities of the classes, and what drove a prediction."""

import altair as alt
import pandas as pd

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#888888"
MOST = 10  # bars; the rest is summed up in one


def probabilities_chart(probabilities: dict[str, float], predicted: str) -> alt.LayerChart:
    """A bar for each class, the most likely first."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    table = pd.DataFrame(with_rest(ranked), columns=["class", "probability"])
    table["text"] = [f"{p:.1%}" for p in table["probability"]]
    table["kind"] = ["predicted" if name == predicted else "other" for name in table["class"]]
    base = alt.Chart(table, height=alt.Step(30)).encode(
        y=alt.Y("class:N", sort=None, title=None, axis=alt.Axis(labelLimit=160)),
        x=alt.X("probability:Q", scale=alt.Scale(domain=[0, 1.1]), axis=None),
    )
    colour = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=["predicted", "other"], range=[BLUE, GREY]))
    return alt.LayerChart(
        layer=[base.mark_bar().encode(color=colour), base.mark_text(align="left", dx=4).encode(text="text:N")]
    )


def contributions_chart(contributions: dict[str, float], unit: str) -> alt.Chart:
    """A bar for each feature, the strongest first: right raised the prediction, left lowered it; in `unit`."""
    ranked = sorted(contributions.items(), key=lambda item: -abs(item[1]))
    table = pd.DataFrame(with_rest(ranked), columns=["feature", "effect"])
    table["kind"] = ["up" if effect > 0 else "down" for effect in table["effect"]]
    reach = 1.05 * max(table["effect"].abs().max(), 1e-9)
    chart: alt.Chart = (
        alt.Chart(table, height=alt.Step(26))
        .mark_bar()
        .encode(
            y=alt.Y("feature:N", sort=None, title=None, axis=alt.Axis(labelLimit=160)),
            x=alt.X("effect:Q", title=unit, scale=alt.Scale(domain=[-reach, reach]), axis=alt.Axis(tickCount=5)),
            color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=["up", "down"], range=[BLUE, ORANGE])),
            tooltip=["feature:N", alt.Tooltip("effect:Q", format="+.3f")],
        )
    )
    return chart


def with_rest(ranked: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """At most MOST entries, and the sum of the others as one more."""
    rest = ranked[MOST:]
    if not rest:
        return ranked
    return [*ranked[:MOST], (f"{len(rest)} others", sum(value for _, value in rest))]
