"""The page's two plots, as Altair charts: the given days, and what drove the answer."""

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
    table = days.assign(day=pd.to_datetime(days["date"]).dt.strftime("%a %d %b"))
    x = alt.X("day:N", sort=None, title=None, axis=alt.Axis(labelAngle=0))
    base = alt.Chart(table, height=130, width="container").encode(x=x, tooltip=["day", *DRIVERS])
    rain = base.mark_bar(color=BLUE, size=24).encode(y=alt.Y("precipitation:Q", title="rain, mm"))
    span = alt.Y("temp_min:Q", title="lowest to highest, °C", scale=alt.Scale(zero=False))
    temperature = base.mark_bar(color=ORANGE, size=24, cornerRadius=4).encode(y=span, y2="temp_max:Q")
    return alt.vconcat(rain, temperature)


def drivers_chart(usual: float, effects: dict[str, float], chance: float) -> alt.LayerChart:
    """A staircase from the chance after a usual week to the answer, a step for each kind of measurement; in percent."""
    steps = [{"step": "a usual week of this month", "from": 0.0, "to": usual, "text": f"{usual:.0%}", "color": GREY}]
    level = usual
    for name, effect in effects.items():
        color = BLUE if effect > 0 else ORANGE
        text = f"{100 * effect:+.0f}"
        steps.append({"step": DRIVERS[name], "from": level, "to": level + effect, "text": text, "color": color})
        level += effect
    steps.append({"step": "chance of rain tomorrow", "from": 0.0, "to": chance, "text": f"{chance:.0%}", "color": GREY})
    table = pd.DataFrame(steps)
    table["right"] = table[["from", "to"]].max(axis=1)
    percent = alt.Scale(domain=[0, 1.08])
    base = alt.Chart(table, height=230).encode(y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelLimit=220)))
    bars = base.mark_bar().encode(
        x=alt.X("from:Q", scale=percent, title="chance of rain", axis=alt.Axis(format="%", tickCount=5)),
        x2="to:Q",
        color=alt.Color("color:N", scale=None),
    )
    figures = base.mark_text(align="left", dx=4).encode(x=alt.X("right:Q", scale=percent), text="text:N")
    return alt.LayerChart(layer=[bars, figures])
