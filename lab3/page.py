"""The page: pick a week of real weather or type your own, see the chance of rain tomorrow and what drove it.

Run it by `streamlit run lab3/page.py`; API_URL says where the service is.
"""

import datetime as dt
import os
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


def ask(method: str, path: str, body: dict[str, Week] | None = None) -> Any:
    """The service's answer; raises NoAnswerError."""
    try:
        response = httpx.request(method, API + path, json=body, timeout=10)
        content = response.json()
    except (httpx.HTTPError, ValueError):
        raise NoAnswerError("The forecast service does not answer. Please try again in a minute.") from None
    if response.status_code == 422 and body is not None:
        raise NoAnswerError("\n".join(f"- {in_words(error, body['days'])}" for error in content["errors"]))
    if not response.is_success:
        raise NoAnswerError("The forecast service reports an error. Its log has the cause.")
    return content


def in_words(error: dict[str, str], days: Week) -> str:
    """An error of the service, with the day and the names that are on the page."""
    reason, place = error["reason"], error["field"].split(".")
    for field, name in FIELDS.items():
        reason = reason.replace(field, name.split(",")[0])
    if len(place) == 1:
        return reason
    day = dt.date.fromisoformat(days[int(place[1])]["date"])
    names = [FIELDS[field] for field in place[2:]]
    return ", ".join([f"{day:%A %d %B}", *names]) + f": {reason}"


def title_of(week: Week) -> str:
    """How a week is offered in the list."""
    rain = sum(day["precipitation"] for day in week)
    return f"the week to {dt.date.fromisoformat(week[-1]['date']):%-d %B %Y}, {rain:.0f} mm of rain"


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
        values = {}
        for cell, (field, name) in zip(cells[1:], FIELDS.items(), strict=True):
            label, key = f"{name}, {ago} days ago", f"{field} {ago} {last}"
            values[field] = cell.number_input(
                label, value=float(day[field]), step=0.1, format="%.1f", label_visibility="collapsed", key=key
            )
        typed.append({"date": date.isoformat(), **values})
    return typed


def main() -> None:
    st.set_page_config(page_title="Rain tomorrow?", page_icon="🌧", layout="wide")
    st.title("Will it rain in Seattle tomorrow?")
    left, right = st.columns([1, 1.1], gap="large")
    try:
        with left:
            weeks = [week["days"] for week in ask("GET", "/weeks")]
            week = st.selectbox("Start from a week of real weather, then change it", weeks, format_func=title_of)
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
