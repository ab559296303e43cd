"""The page of any product: a form made from the API's contract, the prediction, what drove it, and a file of rows.

`bash final/page.sh` starts it; API_URL says where the service is. It knows nothing but what the API answers.
"""

from typing import Any

import streamlit as st

from service.page_answer import show_answer, show_explanation
from service.page_api import NoAnswerError, ask, plain
from service.page_batch import file_of_rows
from service.page_form import ask_for, fields, unanswered


@st.cache_data(ttl=30, show_spinner=False)
def contract() -> dict[str, Any]:
    """JSON schema of a row, with the target; asked again after half a minute, since a new model may be served."""
    schema: dict[str, Any] = ask("GET", "/contract").json()
    return schema


def one_row(schema: dict[str, Any]) -> None:
    """The form at the left, its answer at the right; asked again on every change."""
    left, right = st.columns([1, 1], gap="large")
    asked, row = fields(schema), {}
    with left:
        for start in range(0, len(asked), 2):
            for cell, one in zip(st.columns(2), asked[start : start + 2], strict=False):
                with cell:
                    row[one.name] = ask_for(one)
    with right:
        if lacking := unanswered(row, asked):
            st.warning(
                "**No prediction yet**\n\n" + "\n".join(f"- **{plain(name)}** needs a value" for name in lacking)
            )
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
    problem, schema = "", {}
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
    single, several = st.tabs(["One row", "A file of rows"])
    with single:
        one_row(schema)
    with several:
        file_of_rows(schema)


main()
