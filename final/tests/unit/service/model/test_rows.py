"""A row, read from JSON or from the cells of a table."""

import json

import pytest

from service.problems import Problem
from tests.support.odd_bodies import ROW
from tests.support.small_live import small_live


@pytest.mark.parametrize("count", [2**53 + 1, 2**63 - 1, -(2**63)])
def test_an_integer_without_bounds_has_64_bits(count: int) -> None:
    rows = small_live().rows
    for row in (
        rows.read(json.dumps({**ROW, "count": count}).encode()),
        rows.from_object(rows.loose({**ROW, "count": str(count)})),
    ):
        assert row.model_dump(by_alias=True)["count"] == count


@pytest.mark.parametrize("count", [2**63, -(2**63) - 1, 10**400])
def test_an_integer_of_more_bits_is_refused(count: int) -> None:
    with pytest.raises(Problem, match=r"count: Input should be (less|greater) than or equal to"):
        small_live().rows.read(json.dumps({**ROW, "count": count}).encode())
    schema = small_live().rows.model.model_json_schema()["properties"]["count"]
    assert (schema["type"], schema["format"]) == ("integer", "int64")
    assert "maximum" not in schema


def test_a_byte_order_mark_and_colons_in_a_text_are_no_mistake() -> None:
    row = {**ROW, "note": 'at 12:30: {"size": 1}'}
    read = small_live().rows.read(b"\xef\xbb\xbf" + json.dumps(row).encode())
    assert read.model_dump(by_alias=True, mode="json") == row


def test_the_field_is_named_though_its_name_is_not_text() -> None:
    with pytest.raises(Problem) as refused:
        small_live().rows.read(b'{"a\\ud83d": 1}')
    refused.value.body()
    assert refused.value.errors[0]["field"] == "a\\ud83d"
    assert refused.value.detail.startswith("a\\ud83d: is not text")
