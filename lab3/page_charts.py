"""The page's two plots, as Altair charts: the days that were asked about, and what drove the answer."""

import altair as alt
import pandas as pd

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#555555"
DRIVERS = {
    "precipitation": "rain of these days",
    "temp_max": "highest temperatures",
    "temp_min": "lowest temperatures",
    "wind": "wind",
}


def days_chart(days: pd.DataFrame) -> alt.VConcatChart:
    """Rain as bars above, the span of temperatures as bars below; columns date, precipitation, temp_max, temp_min."""
    shown = days.assign(day=pd.to_datetime(days["date"]).dt.strftime("%a %d %b"))
    x = alt.X("day:N", sort=None, title=None, axis=alt.Axis(labelAngle=0))
    rain = (
        alt.Chart(shown, height=130)
        .mark_bar(color=BLUE, size=24)
        .encode(x=x, y=alt.Y("precipitation:Q", title="rain, mm"), tooltip=["day", "precipitation"])
    )
    temperature = (
        alt.Chart(shown, height=130)
        .mark_bar(color=ORANGE, size=24, cornerRadius=4)
        .encode(
            x=x,
            y=alt.Y("temp_min:Q", title="lowest to highest, °C", scale=alt.Scale(zero=False)),
            y2="temp_max:Q",
            tooltip=["day", "temp_min", "temp_max", "wind"],
        )
    )
    return alt.vconcat(rain.properties(width="container"), temperature.properties(width="container"))


def drivers_chart(usual: float, effects: dict[str, float], chance: float) -> alt.LayerChart:
    """A staircase from the chance after a usual week to the answer, a step for each kind of measurement; in percent."""
    steps, at = [{"step": "a usual week of this month", "from": 0.0, "to": usual, "kind": "chance"}], usual
    for name, effect in effects.items():
        steps.append({"step": DRIVERS[name], "from": at, "to": at + effect, "kind": "up" if effect > 0 else "down"})
        at += effect
    steps.append({"step": "chance of rain tomorrow", "from": 0.0, "to": chance, "kind": "chance"})
    table = pd.DataFrame(steps)
    change = 100 * (table["to"] - table["from"])
    table["text"] = [
        f"{value:.0f} %" if kind == "chance" else f"{value:+.0f}"
        for value, kind in zip(change, table["kind"], strict=True)
    ]
    table["right"] = table[["from", "to"]].max(axis=1)
    percent = alt.Scale(domain=[0, 1.08])
    base = alt.Chart(table, height=230).encode(y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelLimit=220)))
    bars = base.mark_bar().encode(
        x=alt.X("from:Q", scale=percent, title="chance of rain", axis=alt.Axis(format="%", tickCount=5)),
        x2="to:Q",
        color=alt.Color(
            "kind:N", legend=None, scale=alt.Scale(domain=["chance", "up", "down"], range=[GREY, BLUE, ORANGE])
        ),
    )
    figures = base.mark_text(align="left", dx=4).encode(x=alt.X("right:Q", scale=percent), text="text:N")
    return alt.LayerChart(layer=[bars, figures])
