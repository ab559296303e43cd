"""What the page makes of the API's schema and of its refusals, without a browser."""

from typing import Any

import httpx
import pytest

from core.spec.contract import Contract
from core.spec.request import json_schema
from page import api as page_api
from page.access import refusal
from page.api import JOINER, in_words, plain
from page.form import Field, fields, step, unanswered

KINDS: dict[str, dict[str, Any]] = {
    "number": {"type": "number", "min": -1.5, "max": 2},
    "integer": {"type": "integer", "min": 0},
    "choice": {"type": "category", "values": ["a", "b"]},
    "boolean": {"type": "boolean"},
    "text": {"type": "text", "max_length": 7},
    "date": {"type": "date"},
}
TARGET = {"name": "y", "task": "binary", "values": [0, 1], "positive": 1}


@pytest.mark.parametrize("nullable", [False, True])
def test_every_type_of_the_contract_has_its_field(nullable: bool) -> None:
    features = {kind: {**feature, "nullable": nullable, "description": f"a {kind}"} for kind, feature in KINDS.items()}
    asked = fields(json_schema(Contract.model_validate({"target": TARGET, "features": features}), "title"))
    assert [(one.name, one.kind) for one in asked] == [(kind, kind) for kind in KINDS]
    assert {one.nullable for one in asked} == {nullable}
    assert [one.help for one in asked] == [f"a {kind}" for kind in KINDS]
    number, integer, choice, _, text, _ = asked
    assert (number.low, number.high, integer.low, integer.high) == (-1.5, 2, 0, None)
    assert (choice.options, text.max_length) == (("a", "b"), 7)
    empty = dict.fromkeys(KINDS)
    assert unanswered(empty, asked) == ([] if nullable else list(KINDS))


@pytest.mark.parametrize(
    ("low", "high", "example", "wanted"), [(0, 120, 31, 1), (0, 1, 0.5, 0.01), (None, None, 26, 1)]
)
def test_the_buttons_add_a_round_number(low: float | None, high: float | None, example: float, wanted: float) -> None:
    assert step(Field("x", "number", False, "", example, low=low, high=high)) == wanted


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (422, {"errors": [{"field": "Age", "reason": "too old"}]}, "- **Age**: too old"),
        (422, {"errors": [{"field": "3.Age", "reason": "too old"}]}, "- row 4, **Age**: too old"),
        (422, {"errors": [{"field": "", "reason": "not JSON"}]}, "- not JSON"),
        (413, {"detail": "2 rows, 1 at most"}, "The prediction service refused: 2 rows, 1 at most"),
        (503, {"detail": "no champion"}, "The prediction service is not ready: no champion"),
        (500, {"detail": "Traceback"}, "The prediction service made a mistake. Its log has the cause."),
        (502, "<html>", "The prediction service made a mistake. Its log has the cause."),
        (404, [1], "The prediction service refused: it answered 404"),
    ],
)
def test_a_refusal_is_told_in_words(status: int, body: object, words: str) -> None:
    assert in_words(httpx.Response(status, json=body)) == words


def test_many_mistakes_are_cut_to_ten_lines_and_the_count() -> None:
    errors = [{"field": f"{n}.Age", "reason": "too old"} for n in range(25)]
    lines = in_words(httpx.Response(422, json={"errors": errors})).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "- and 15 more"


@pytest.mark.parametrize("text", ["Sex_female", "rain, mm (daily)"])
def test_plain_names_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


def test_signs_that_would_format_are_shown_as_signs() -> None:
    joined = r"\$a\$ \:~red\[x\] \*\*b\*\* \<i\> \_c\_ \`d\`".replace("~", JOINER)
    assert plain("$a$ :red[x] **b** <i> _c_ `d`") == joined


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1. first", r"1\. first"),
        ("2024) x", r"2024\) x"),
        ("- x", r"\- x"),
        ("+ x", r"\+ x"),
        (">50K", r"\>50K"),
        ("*", r"\*"),
        ("$5-$10", r"\$5-\$10"),
        ("![x](http://h/x.png)", r"!\[x\](http\:~//h/x.png)"),
        ("__x__", r"\_\_x\_\_"),
        (":smile:", r"\:~smile\:"),
        (":material/home:", r"\:~material/home\:"),
        ("a -> b", r"a -~\> b"),
        (">= 5", r"\>~= 5"),
        ("a@b.c", "a~@b.c"),
        ("www.b.c", "www~.b.c"),
        ("    a\n\nb\u2028c", "a b c"),
    ],
)
def test_no_value_is_markdown(text: str, escaped: str) -> None:
    assert plain(text) == escaped.replace("~", JOINER)


@pytest.mark.parametrize(
    ("host", "environment", "refused"),
    [
        ("0.0.0.0", {"API_KEY": "k"}, True),
        (None, {"API_KEY": "k"}, True),
        ("::", {"API_KEY": "k"}, True),
        ("0.0.0.0", {}, False),
        ("0.0.0.0", {"API_KEY": "k", "PAGE_PASSWORD": "p"}, False),
        ("0.0.0.0", {"API_KEY": "k", "PAGE_INSECURE": "1"}, False),
        ("127.0.0.1", {"API_KEY": "k"}, False),
        ("localhost", {"API_KEY": "k"}, False),
        ("::1", {"API_KEY": "k"}, False),
    ],
)
def test_a_page_with_a_key_is_not_shown_to_everyone(
    host: str | None, environment: dict[str, str], refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "PAGE_PASSWORD", "PAGE_INSECURE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert bool(refusal(host)) == refused


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_is_not_asked_for_the_pages_own_service(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda self, request: httpx.Response(200, json=[]))
    monkeypatch.setattr(page_api, "API", "http://service.example")
    assert page_api.ask("GET", "/contract").json() == []
