"""The page: pick a week of real weather or type your own, see the chance of rain tomorrow and what drove it.

Run it by `streamlit run lab3/page.py`; API_URL says where the service is.
"""

import datetime as dt
import os
import re
from typing import Any

import httpx
import pandas as pd
import streamlit as st

from lab3.page_charts import days_chart, drivers_chart

API = os.environ.get("API_URL", "http://127.0.0.1:8000")
FIELDS = {
    "precipitation": "rain, mm",
    "temp_max": "highest, °C",
    "temp_min": "lowest, °C",
    "wind": "wind, m/s",
}
Week = list[dict[str, Any]]


class NoAnswerError(Exception):
    """Why there is no answer, in words for the reader of the page."""


def ask(method: str, path: str, body: object = None) -> Any:
    """What the service answers; raises NoAnswerError."""
    try:
        answer = httpx.request(method, API + path, json=body, timeout=10)
        said = answer.json()
    except (httpx.HTTPError, ValueError):
        raise NoAnswerError("The forecast service does not answer just now. Please try again in a minute.") from None
    if answer.is_success:
        return said
    if answer.status_code == 422 and isinstance(body, dict):
        raise NoAnswerError("\n".join(f"- {in_words(e, body['days'])}" for e in said["errors"]))
    if answer.status_code == 503:
        raise NoAnswerError("The forecast service has no model to answer with. Its log has the cause.")
    raise NoAnswerError("The forecast service made a mistake. Its log has the cause.")


def in_words(error: dict[str, str], days: Week) -> str:
    """A mistake that the service found, with the day and the names that stand on the page."""
    place, reason = error["field"].split("."), error["reason"]
    for field, name in FIELDS.items():
        reason = re.sub(rf"\b{field}\b", name.split(",")[0], reason)
    if len(place) > 1 and place[1].isdigit():
        day = f"{dt.date.fromisoformat(days[int(place[1])]['date']):%A %d %B}"
        return ", ".join([day, *(FIELDS[name] for name in place[2:] if name in FIELDS)]) + f": {reason}"
    return reason


def title_of(week: Week) -> str:
    """How a week is offered in the list."""
    rain = sum(day["precipitation"] for day in week)
    return f"the week to {dt.date.fromisoformat(week[-1]['date']):%-d %B %Y}, {rain:.0f} mm of rain"


@st.cache_data(ttl=300, show_spinner=False)
def offered() -> list[Week]:
    """Weeks of real weather, as the service offers them."""
    return [week["days"] for week in ask("GET", "/weeks")]


def form(week: Week) -> Week:
    """The days as the reader has them: `week`, and whatever was typed over it."""
    last = dt.date.fromisoformat(week[-1]["date"])
    today = st.date_input("Today is", last, key=f"today {last}", format="YYYY-MM-DD") or last
    heads = st.columns([1.3, *[1] * len(FIELDS)])
    for head, name in zip(heads[1:], FIELDS.values(), strict=True):
        head.markdown(f"**{name}**")
    typed = []
    for ago, day in zip(reversed(range(len(week))), week, strict=True):
        date = today - dt.timedelta(days=ago)
        cells = st.columns([1.3, *[1] * len(FIELDS)], vertical_alignment="center")
        cells[0].markdown(f"{date:%a %d %b}" + (" (today)" if ago == 0 else ""))
        values = {
            field: cell.number_input(
                f"{name}, {ago} days ago",
                value=float(day[field]),
                step=0.1,
                format="%.1f",
                label_visibility="collapsed",
                key=f"{field} {ago} {last}",
            )
            for cell, (field, name) in zip(cells[1:], FIELDS.items(), strict=True)
        }
        typed.append({"date": date.isoformat(), **values})
    return typed


def main() -> None:
    st.set_page_config(page_title="Rain tomorrow?", page_icon="🌧", layout="wide")
    st.title("Will it rain in Seattle tomorrow?")
    left, right = st.columns([1, 1.1], gap="large")
    try:
        with left:
            week = st.selectbox("Start from a week of real weather, then change it", offered(), format_func=title_of)
            days = form(week)
        answer = ask("POST", "/predict", {"days": days})
    except NoAnswerError as error:
        right.error(f"**No forecast**\n\n{error}")
        return
    chance, usual = answer["chance_of_rain"], answer["usual"]
    with right:
        st.metric(
            f"Chance of rain on {dt.date.fromisoformat(answer['date']):%A, %-d %B %Y}",
            f"{chance:.0%}",
            f"{100 * (chance - usual):+.0f} points against a usual week of this month",
            delta_color="off",
        )
        st.markdown("**What drove it**")
        st.altair_chart(drivers_chart(usual, answer["effects"], chance), width="stretch")
        st.markdown("**The days**")
        st.altair_chart(days_chart(pd.DataFrame(days)), width="stretch")
        st.caption(f"Rain means more than 0 mm. Model {answer['model'][:12]}, trained on Seattle's weather.")


main()
