"""The page's tab shows what watch.sh told of the served model, and is not there where nobody looks."""

from typing import Any

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from page import watched
from page.api import NoAnswerError
from tests.support.watched import label_rows, log_rows, many, reference
from watch import look


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A look at two days, of which the labels show harm."""
    folder, rows = tmp_path_factory.mktemp("log"), many("binary").head(200)
    for day in (0, 1):
        log_rows(folder, rows.iloc[100 * day : 100 * day + 100], reference().live, start=100 * day, day=day)
    label_rows(folder, ["no" if label == "yes" else "yes" for label in rows["y"]])
    return look.of_log(reference(), folder)


def show(facts: dict) -> None:  # type: ignore[type-arg]  # a script of its own, without this file's imports
    from page.watched import show_watch

    show_watch(facts)


def test_the_tab_shows_verdict_figures_and_drift(facts: dict[str, Any]) -> None:
    page = AppTest.from_function(show, kwargs={"facts": facts}, default_timeout=60).run()
    assert not page.exception
    assert "Act" in page.error[0].value
    assert "the realised performance is below the allowed" in page.error[0].value
    assert [metric.label for metric in page.metric] == [
        "Hold-out's accuracy",
        "Estimated accuracy",
        "Realised accuracy",
        "Rows",
    ]
    assert page.metric[3].value == "200"
    assert len(page.get("vega_lite_chart")) == 1
    assert page.dataframe[0].value["column"][0] == "predictions"


def test_where_nobody_looks_there_are_no_facts(monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any]) -> None:
    def no_answer(method: str, path: str) -> httpx.Response:
        raise NoAnswerError("nothing is at /watch", 404)

    monkeypatch.setattr(watched, "ask", no_answer)
    watched.last_look.clear()
    assert watched.last_look() is None
    monkeypatch.setattr(watched, "ask", lambda method, path: httpx.Response(200, json=facts))
    watched.last_look.clear()
    assert watched.last_look() == facts
    watched.last_look.clear()
