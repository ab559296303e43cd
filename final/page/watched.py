"""What the last look of watch.sh told: verdict, performance over time, drift."""

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from page.api import NoAnswerError, ask, plain
from page.charts import BLUE, GREY, ORANGE

WORDS = {
    "steady": "**Steady**: nothing that matters has changed.",
    "look": "**Look**: something moved that could matter.",
    "act": "**Act**: the model is worse than what is allowed.",
}
SHOWN = 15  # features, those first that matter most


@st.cache_data(ttl=30, show_spinner=False)
def last_look() -> dict[str, Any] | None:
    """The facts of the last look at the served model; None where nobody looks, or there is no log."""
    try:
        facts: dict[str, Any] = ask("GET", "/watch").json()
    except NoAnswerError:
        return None
    return facts


def show_watch(facts: dict[str, Any]) -> None:
    """The verdict, the reasons for it, and the figures behind them."""
    box = {"steady": st.success, "look": st.warning}.get(facts["verdict"], st.error)
    box("\n\n".join([WORDS[facts["verdict"]], *(plain(alarm) for alarm in facts["alarms"])]))
    names = {"promise": "Hold-out's", "estimated": "Estimated", "realised": "Realised"}
    given = [kind for kind in names if facts[kind]]
    for cell, kind in zip(st.columns(len(given) + 1), [*given, "rows"], strict=True):
        if kind == "rows":
            cell.metric("Rows", f"{facts['rows']:,}")
            cell.caption(f"{facts['labelled']:,} with a label")
        else:
            figure = facts[kind]
            cell.metric(f"{names[kind]} {facts['measure']}", f"{figure['value']:.3f}")
            cell.caption(f"95 % interval {figure['low']:.3f} to {figure['high']:.3f}")
    if len(facts["days"]) > 1:
        st.altair_chart(performance_chart(facts), width="stretch")
    st.dataframe(features_table(facts), hide_index=True, width="stretch")
    st.caption(f"Look of {facts['when']} at model `{facts['model'][:12]}`, the latest {facts['rows']:,} rows")


def performance_chart(facts: dict[str, Any]) -> alt.LayerChart:
    """Estimated performance as a line, realised as dots, what is allowed as dashes; by day."""
    table = pd.DataFrame(facts["days"])
    base = alt.Chart(table, height=240).encode(x=alt.X("day:T", title=None))
    scale = alt.Scale(zero=False)
    line = base.mark_line(color=BLUE).encode(y=alt.Y("estimated:Q", title=facts["measure"], scale=scale))
    dots = base.mark_point(color=ORANGE, filled=True, size=50).encode(
        y=alt.Y("realised:Q", scale=scale), tooltip=["day:T", "realised:Q", "labelled:Q", "rows:Q"]
    )
    allowed = alt.Chart(pd.DataFrame({"allowed": [facts["allowed"]]})).mark_rule(color=GREY, strokeDash=[4, 4])
    return alt.LayerChart(layer=[line, dots, allowed.encode(y=alt.Y("allowed:Q", scale=scale))])


def features_table(facts: dict[str, Any]) -> pd.DataFrame:
    """Each feature's importance, and how far it moved; of a number with the medians."""
    return pd.DataFrame(
        [
            {
                "column": effect.get("title", effect["feature"]),
                "importance": "" if place == 0 else f"{effect['importance']:.0%}",
                "moved": f"{effect['moved']:.0%}",
                "before": shown(effect["center_before"]),
                "now": shown(effect["center_now"]),
                "missing": f"{effect['missing_now']:.0%}",
            }
            for place, effect in enumerate([facts["predictions"], *facts["features"][:SHOWN]])
        ]
    )


def shown(center: float | str | None) -> str:
    """A median with four digits, or the commonest value."""
    if center in (None, ""):
        return "missing"
    return f"{center:.4g}" if isinstance(center, float) else str(center)
