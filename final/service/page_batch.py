"""A CSV file of rows, predicted by the API and given back with the answers."""

import csv
import io
from typing import Any

import pandas as pd
import streamlit as st

from service.page_api import NoAnswerError, ask

SHOWN = 100  # rows on the page; the download has all
SECONDS = 300


def file_of_rows(schema: dict[str, Any]) -> None:
    """Upload, predict, look, download."""
    st.markdown("A CSV file with the form's columns; one prediction is made for each row.")
    st.download_button("An example to fill in", example(schema), "rows.csv", "text/csv", on_click="ignore")
    sent = st.file_uploader("CSV file", type="csv")
    if sent is None:
        return
    try:
        with st.spinner("Predicting"):
            answers = predicted(sent.getvalue())
    except NoAnswerError as error:
        st.error(f"**No predictions**\n\n{error}")
        return
    shown = pd.read_csv(io.BytesIO(answers), nrows=SHOWN, dtype=str, keep_default_na=False)
    rows = answers.count(b"\n") - 1
    st.download_button(
        f"Download {rows:,} predictions", answers, "predictions.csv", "text/csv", type="primary", on_click="ignore"
    )
    st.dataframe(shown, width="stretch", hide_index=True)
    if rows > SHOWN:
        st.caption(f"The first {SHOWN} of {rows:,} rows")


@st.cache_data(ttl=300, max_entries=2, show_spinner=False)
def predicted(rows: bytes) -> bytes:
    """The API's answers as CSV, in the order of the rows."""
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    return ask("POST", "/predict/batch", SECONDS, content=rows, headers=headers).content


def example(schema: dict[str, Any]) -> str:
    """A CSV file of the example row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(schema["properties"]), lineterminator="\n")
    writer.writeheader()
    writer.writerow(schema["examples"][0])
    return text.getvalue()
