"""A CSV file of rows, predicted by the API and returned with the answers."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from page.api import NoAnswerError, ask, plain

SHOWN = 100  # rows on the page; the download has all
SECONDS = 300
WRONG = "error"  # the answers' column with the reason if a row has no prediction


def file_of_rows(schema: dict[str, Any]) -> None:
    """Upload, predict, look, download."""
    st.markdown("A CSV file with the form's columns; the id and the target may be in it. Each row is predicted.")
    st.download_button("An example to fill in", example(schema), "rows.csv", "text/csv", on_click="ignore")
    sent = st.file_uploader("CSV file", type="csv")
    if sent is None:
        return
    try:
        with st.spinner("Predicting"):
            table, metric = predicted(sent.getvalue(), **schema.get("x-table", {}))
    except NoAnswerError as error:
        st.error(f"**No predictions**\n\n{error}")
        return
    if metric is not None:
        st.metric(*metric)
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
def predicted(
    rows: bytes, encoding: str = "utf-8", delimiter: str = ","
) -> tuple[pd.DataFrame, tuple[str, str] | None]:
    """The rows as text, each with the API's answer in front; and how good it is, if the file has the target.

    Raises NoAnswerError.
    """
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    reply = ask("POST", "/predict/batch?target=compare", SECONDS, content=rows, headers=headers)
    answers, sent = text_table(reply.content), text_table(rows, encoding, delimiter)
    if len(answers) != len(sent):
        raise NoAnswerError(f"The prediction service answered {len(answers):,} rows of {len(sent):,}.")
    empty = [name for name in answers if name not in sent and name != WRONG and (answers[name] == "").all()]
    answers = answers.drop(columns=empty)  # such as the id, if the file has none
    table = pd.concat([answers, sent.drop(columns=[name for name in sent if name in answers])], axis=1)
    return table, _metric(reply.headers)


def _metric(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Label and value of the metric over the rows whose target is known."""
    if "x-target-metric" not in headers:
        return None
    label = f"{headers['x-target-metric']} over {int(headers['x-target-rows']):,} rows whose target is known"
    return plain(label), f"{float(headers['x-target-value']):.3f}"


def text_table(table: bytes, encoding: str = "utf-8", delimiter: str = ",") -> pd.DataFrame:
    """The cells of a CSV file as they are written; empty lines are not rows, as for the API.

    It is UTF-8 with commas, or in the form of the table that the model was trained on. A row that is shorter or longer
    than the header is filled or cut; the API's answer reports it.
    """
    try:
        text = table.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = table.decode(encoding, errors="replace")
    first = text.partition("\n")[0]
    sign = delimiter if first.count(delimiter) >= first.count(",") else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    header, *rows = [cells for cells in lines if cells]
    filled = [[*row, *[""] * len(header)] for row in rows]
    return pd.DataFrame([row[: len(header)] for row in filled], columns=header)


def example(schema: dict[str, Any]) -> str:
    """A CSV file of the example row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(schema["properties"]), lineterminator="\n")
    writer.writeheader()
    writer.writerow(schema["examples"][0])
    return text.getvalue()
