"""The page in front of services of the other tasks, run by Streamlit's test harness: no browser, but the real API."""

from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.base.paths import FINAL
from core.metrics.classes import codes
from core.metrics.evaluate import evaluate
from core.model.training import fit
from core.registry import artifact
from page import api as page_api
from tests.support.checkout import Checkout
from tests.support.examples import HOSTILE, HOSTILE_VALUE, declared, table
from tests.support.running_service import Service, serving

PAGE = FINAL / "page" / "app.py"


@pytest.fixture(scope="module", params=["multiclass", "regression"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of a small model of the task, from its artifact alone."""
    product, folder = declared(request.param), tmp_path_factory.mktemp(request.param)
    rows = table(product, 300)
    model = fit(product.contract, product.model, (rows.iloc[::2], rows.iloc[1::2]), coverage=0.9).model
    model.save(folder / "model")
    rows.to_csv(folder / "raw.csv", index=False)
    figures = evaluate(rows, codes(rows["wanted"], product.target), model.scores(rows), product)
    artifact.assemble(product, folder / "model", figures, rows, folder / "raw.csv", folder / "artifact")
    with serving(Checkout(FINAL.parent), "serve.sh", "--model", "artifact", at=folder) as started:
        yield started


def shown(answer: dict[str, Any]) -> str:
    """What the page is to show of the API's answer."""
    if "probability" in answer:
        return f"{answer['probability']:.1%}"
    return f"{answer['prediction']:,.4g} °C" if isinstance(answer["prediction"], float) else str(answer["prediction"])


def promised(answer: dict[str, Any]) -> str:
    """What the page is to say of the answer's set or interval."""
    if "set" in answer:
        return f"With the promised certainty wanted is {' or '.join(answer['set'])}."
    low, high = answer["interval"]
    return f"With the promised certainty wanted is between {low:,.4g} and {high:,.4g} °C."


def test_the_page_shows_the_answer_of_any_task(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_api, "API", service.url)
    st.cache_data.clear()
    row = service.get("/contract").json()["examples"][0]
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not page.exception
    assert page.metric[0].value == shown(service.post("/predict", row).json())
    assert page.radio(key="field place").options == ["here", page_api.plain(HOSTILE_VALUE)]
    changed = {**row, "size": 3.0, HOSTILE: "c"}
    page.number_input(key="field size").set_value(3.0)
    page.text_input(key=f"field {HOSTILE}").set_value("c").run()
    assert not page.exception
    answer = service.post("/predict", changed).json()
    assert page.metric[0].value == shown(answer)
    assert answer != service.post("/predict", row).json()
    assert promised(answer) in page.caption[0].value
    assert "What drove it" in "".join(text.value for text in page.markdown)
    assert len(page.get("vega_lite_chart")) == (2 if "probabilities" in answer else 1)
    page.text_input(key=f"field {HOSTILE}").set_value("").run()
    assert "needs a value" in page.warning[0].value
