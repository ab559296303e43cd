"""The page of any product: a form made from the API's contract, the prediction, what drove it, and a file of rows.

`bash final/page.sh` starts it; API_URL is the address of the service. It knows only what the API answers.
"""

from typing import Any

import streamlit as st

from page.access import refusal, require_password
from page.answer import show_answer, show_explanation
from page.api import NoAnswerError, ask, plain
from page.batch import file_of_rows
from page.form import ask_for, fields, unanswered
from page.watched import last_look, show_watch


@st.cache_data(ttl=30, show_spinner=False)
def contract() -> dict[str, Any]:
    """JSON schema of a row, with the target; requested again after half a minute, since the model may change."""
    schema: dict[str, Any] = ask("GET", "/contract").json()
    return schema


def one_row(schema: dict[str, Any]) -> None:
    """The form at the left, its answer at the right; requested again on every change."""
    left, right = st.columns([1, 1], gap="large")
    form = fields(schema)
    row = {}
    with left:
        for start in range(0, len(form), 2):
            for cell, field in zip(st.columns(2), form[start : start + 2], strict=False):
                with cell:
                    row[field.name] = ask_for(field)
    with right:
        if missing := unanswered(row, form):
            label_of = {field.name: field.label for field in form}
            lines = "\n".join(f"- **{plain(label_of[name])}** needs a value" for name in missing)
            st.warning(f"**No prediction yet**\n\n{lines}")
            return
        try:
            answer = ask("POST", "/predict", json=row).json()
            show_answer(answer, schema["x-target"])
            show_explanation(row, schema["x-target"])
        except NoAnswerError as error:
            st.error(f"**No prediction**\n\n{error}")
            return
        st.caption(f"Answered by model `{answer['model'][:12]}`")


def main() -> None:
    if reason := refusal(st.get_option("server.address")):
        st.error(plain(reason))
        return
    require_password()
    problem = ""
    schema: dict[str, Any] = {}
    try:
        schema = contract()
    except NoAnswerError as error:
        problem = str(error)
    st.set_page_config(page_title=schema.get("title", "Prediction"), page_icon="📈", layout="wide")
    st.title(plain(schema.get("title", "Prediction")))
    if problem:
        st.error(f"**No prediction**\n\n{problem}")
        return
    st.markdown(plain(schema.get("description", "")))
    facts = last_look()
    single, several, *watched = st.tabs(["One row", "A file of rows", *(["What it meets"] if facts else [])])
    with single:
        one_row(schema)
    with several:
        file_of_rows(schema)
    for tab in watched:
        with tab:
            show_watch(facts or {})


main()
