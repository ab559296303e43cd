"""One prediction and its explanation, as the reader sees them."""

from typing import Any

import streamlit as st

from page.api import NoAnswerError, ask, plain
from page.charts import contributions_chart, probabilities_chart

NO_EXPLANATION = {404, 405, 501}  # a service, or a model, that does not explain


def show_answer(answer: dict[str, Any], target: dict[str, Any]) -> None:
    """The figure of the task: a probability, the most likely class, or a value in its unit."""
    name, prediction = target["name"], answer["prediction"]
    description = plain(target["description"])
    if "probability" in answer:
        title = f"Probability that {name} is {label(target['positive'], target)}"
        st.metric(plain(title), f"{answer['probability']:.1%}", help=description)
        st.progress(answer["probability"])
        st.markdown(f"Prediction: **{plain(f'{name} = {label(prediction, target)}')}**")
    elif "probabilities" in answer:
        chosen = label(prediction, target)
        labelled = {label(value, target): share for value, share in answer["probabilities"].items()}
        st.metric(plain(name), plain(chosen), help=description)
        st.altair_chart(probabilities_chart(labelled, chosen), width="stretch")
    else:
        st.metric(plain(name), f"{prediction:,.4g} {plain(target.get('unit') or '')}", help=description)
    if "decision" in answer:
        decided = label(answer["decision"], target)
        st.markdown(f"To act on: **{plain(f'{name} = {decided}')}**")
    show_promise(answer, target)


def show_promise(answer: dict[str, Any], target: dict[str, Any]) -> None:
    """The set or interval of the answer in words, if there is one."""
    name, unit = target["name"], plain(target.get("unit") or "")
    if "set" in answer:
        names = " or ".join(label(value, target) for value in answer["set"])
        if answer.get("abstain"):
            st.caption(plain(f"The model abstains: with the promised certainty {name} is any of {names}."))
        else:
            st.caption(plain(f"With the promised certainty {name} is {names}."))
    elif "interval" in answer:
        low, high = answer["interval"]
        st.caption(
            plain(f"With the promised certainty {name} is between {low:,.4g} and {high:,.4g} {unit}".rstrip() + ".")
        )


def label(value: Any, target: dict[str, Any]) -> str:
    """A class by the name that product.yaml gives it for readers, or else as it is."""
    return str(target.get("labels", {}).get(str(value), value))


def show_explanation(row: dict[str, Any], target: dict[str, Any]) -> None:
    """Each feature's share in the prediction (SHAP); nothing if the service does not explain."""
    try:
        explained = ask("POST", "/explain", json=row).json()
    except NoAnswerError as error:
        if error.status not in NO_EXPLANATION:
            st.caption(f"No explanation: {error}")
        return
    (explanation,) = explained["rows"]
    base, total = explanation["base"], explanation["raw"]
    st.markdown("**What drove it**")
    st.altair_chart(contributions_chart(explanation["contributions"], in_unit(target)), width="stretch")
    st.caption(f"To the right of 0: raised it. The sum of all and the base {base:+.3g} is {total:+.3g}.")


def in_unit(target: dict[str, Any]) -> str:
    """The unit of the contributions."""
    if target["task"] == "binary":
        return f"towards {target['name']} = {label(target['positive'], target)}, log odds"
    if target["task"] == "regression":
        return " ".join(filter(None, [target["name"], target.get("unit")]))
    return "towards the predicted class, raw score"
