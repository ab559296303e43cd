"""A CSV file of rows, predicted by the API and given back with the answers beside them."""

import csv
import io
from typing import Any

import pandas as pd
import streamlit as st

from service.page_api import NoAnswerError, ask

SHOWN = 100  # rows on the page; the download has all
SECONDS = 300
WRONG = "error"  # the answers' column that says why a row has none


def file_of_rows(schema: dict[str, Any]) -> None:
    """Upload, predict, look, download."""
    st.markdown("A CSV file with the form's columns, and the id if you like; one prediction is made for each row.")
    st.download_button("An example to fill in", example(schema), "rows.csv", "text/csv", on_click="ignore")
    sent = st.file_uploader("CSV file", type="csv")
    if sent is None:
        return
    try:
        with st.spinner("Predicting"):
            table = predicted(sent.getvalue())
    except NoAnswerError as error:
        st.error(f"**No predictions**\n\n{error}")
        return
    mistakes = int((table[WRONG] != "").sum()) if WRONG in table else 0
    if mistakes:
        st.warning(f"{mistakes:,} of {len(table):,} rows have no prediction; the column {WRONG} says why.")
    st.download_button(
        f"Download {len(table):,} rows",
        table.to_csv(index=False, lineterminator="\n"),
        "predictions.csv",
        "text/csv",
        type="primary",
        on_click="ignore",
    )
    st.dataframe(table.head(SHOWN), width="stretch", hide_index=True)
    if len(table) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(table):,} rows")


@st.cache_data(ttl=300, max_entries=2, show_spinner=False)
def predicted(rows: bytes) -> pd.DataFrame:
    """The rows as text, each with the API's answer in front; raises NoAnswerError."""
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    answered = ask("POST", "/predict/batch", SECONDS, content=rows, headers=headers).content
    answers, sent = text_table(answered), text_table(rows)
    if len(answers) != len(sent):
        raise NoAnswerError(f"The prediction service answered {len(answers):,} rows of {len(sent):,}.")
    unasked = [name for name in answers if name not in sent and name != WRONG and (answers[name] == "").all()]
    answers = answers.drop(columns=unasked)  # such as the id, where the file has none
    return pd.concat([answers, sent.drop(columns=[name for name in sent if name in answers])], axis=1)


def text_table(table: bytes) -> pd.DataFrame:
    """A CSV file's cells as they are written; lines without a cell are no rows, as for the API.

    A row of another length than the header's is cut or filled up: the API says in its answer that it is wrong.
    """
    header, *rows = [cells for cells in csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")) if cells]
    return pd.DataFrame([[*row, *[""] * len(header)][: len(header)] for row in rows], columns=header)


def example(schema: dict[str, Any]) -> str:
    """A CSV file of the example row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(schema["properties"]), lineterminator="\n")
    writer.writeheader()
    writer.writerow(schema["examples"][0])
    return text.getvalue()
