"""What the page makes of the API's schema and of its refusals, without a browser."""

from typing import Any

import httpx
import pytest

from product.contract import json_schema
from product.declaration import Contract
from service.page_api import in_words, plain
from service.page_form import Field, fields, step, unanswered

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
    assert plain("$a$ :red[x] **b** <i> _c_ `d`") == (r"\$a\$ \:red\[x\] \*\*b\*\* \<i\> \_c\_ \`d\`")
