"""One JSON parser for all protocols: strict, in pieces, and what no row can hold costs no more than its row."""

import io
import json
import math
from typing import Any

import pytest

from service import json_text
from service.json_text import JsonError, JsonStream, loads

TEXT: dict[str, Any] = {
    "a": [1.5, -2e10, 'é€😀 "x"', [1], ["x,]"], [], None],
    "c": [],
    "d": {"x": [[1, [2, "]"]], {}]},
    "e": [1, 2, 3.25, "a,b", True],
}


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64])
def test_it_reads_the_same_in_pieces_of_any_length(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "PIECE", piece)
    content = b"\xef\xbb\xbf" + json.dumps(TEXT, ensure_ascii=False).encode()
    whole = JsonStream(io.BytesIO(content))
    assert whole.value() == TEXT
    whole.end()
    stream, places = JsonStream(io.BytesIO(content)), {}
    for name in stream.members():
        if stream.sign() == "[":
            places[name] = stream.tell()
            assert stream.length(name) == len(TEXT[name])
        else:
            stream.skip()
    stream.end()
    for name, place in places.items():
        cells = [cell for block in JsonStream.at(content, place).cells(name) for cell in block]
        assert cells == TEXT[name]


@pytest.mark.parametrize(
    ("text", "reason", "field"),
    [
        (b"", "not JSON: it is not complete", None),
        (b"\xff", "not JSON: not UTF-8", None),
        ('{"a": 1}'.encode("utf-16"), "not JSON: not UTF-8", None),
        (b"[1] x", "something follows the JSON", None),
        (b"[1", "not JSON: Expecting ',' delimiter", None),
        (b'{"a": 1, "b": 2, "a": 3}', "is there twice", "a"),
        (b'[{"b": {"a": 1, "a": 3}}]', "is there twice", "a"),
    ],
)
def test_what_is_not_json_has_its_reason(text: bytes, reason: str, field: str | None) -> None:
    with pytest.raises(JsonError) as error:
        loads(text)
    assert (error.value.reason, error.value.field) == (reason, field)


def test_what_no_row_can_hold_stands_for_itself() -> None:
    deep = "[" * 20_000 + "]" * 20_000
    assert loads(f'{{"a": {deep}, "b": 1}}'.encode()) == {"a": [], "b": 1}
    assert loads(f'{{"a": 1{"0" * 5000}, "b": ":"}}'.encode()) == {"a": math.inf, "b": ":"}
    rows = list(JsonStream(io.BytesIO(f'[{{"a": 1, "a": 2}}, {deep}, {{"a": {deep}}}, 7]'.encode())).elements())
    assert [getattr(row, "field", row) for row in rows] == ["a", [[]], {"a": []}, 7]
