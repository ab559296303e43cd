"""One prediction, and what drove it, as the reader sees them."""

from typing import Any

import streamlit as st

from service.page_api import NoAnswerError, ask, plain
from service.page_charts import contributions_chart, probabilities_chart

NO_EXPLANATION = {404, 405, 501}  # a service, or a model, that does not explain


def show_answer(answer: dict[str, Any], target: dict[str, Any]) -> None:
    """The figure that the task is about: a probability, the likeliest class, or a value in its unit."""
    name, said = target["name"], answer["prediction"]
    if "probability" in answer:
        chance = f"{answer['probability']:.1%}"
        st.metric(plain(f"Probability that {name} is {target['positive']}"), chance, help=plain(target["description"]))
        st.progress(answer["probability"])
        st.markdown(f"Prediction: **{plain(f'{name} = {said}')}**")
    elif "probabilities" in answer:
        st.metric(plain(name), str(said), help=plain(target["description"]))
        st.altair_chart(probabilities_chart(answer["probabilities"], str(said)), width="stretch")
    else:
        st.metric(plain(name), f"{said:,.4g} {target.get('unit') or ''}", help=plain(target["description"]))


def show_explanation(row: dict[str, Any], target: dict[str, Any]) -> None:
    """Each feature's share in the prediction (SHAP); nothing where the service has none to give."""
    try:
        explained = ask("POST", "/explain", json=row).json()
    except NoAnswerError as error:
        if error.status not in NO_EXPLANATION:
            st.caption(f"No explanation: {error}")
        return
    (one,) = explained["rows"]
    unit = in_unit(target)
    st.markdown("**What drove it**")
    st.altair_chart(contributions_chart(one["contributions"], unit), width="stretch")
    st.caption(f"To the right of 0: raised it. The sum of all and the base {one['base']:+.3g} is {one['raw']:+.3g}.")


def in_unit(target: dict[str, Any]) -> str:
    """What the contributions are measured in."""
    if target["task"] == "binary":
        return f"towards {target['name']} = {target['positive']}, log odds"
    if target["task"] == "regression":
        return " ".join(filter(None, [target["name"], target.get("unit")]))
    return "towards the predicted class, raw score"
