"""What a new contract no longer takes from clients of the old one is named; what it takes in addition is no change."""

from typing import Any

import pytest

from core.gates.champion import contract_changes
from core.spec.contract import Contract

NUMBER = {"type": "number", "min": 0, "max": 10}
NARROWER: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (NUMBER, {**NUMBER, "min": 1}, "size below 1"),
    (NUMBER, {**NUMBER, "max": 9.5}, "size above 9.5"),
    ({"type": "number"}, NUMBER, "size below 0, size above 10"),
    ({"type": "integer"}, {"type": "integer", "max": 10_000}, "size above 10,000"),
    ({**NUMBER, "nullable": True}, NUMBER, "size missing"),
    ({"type": "category", "values": [1, 2, 3]}, {"type": "category", "values": [1, 4, 5]}, "size 2 or 3"),
    ({"type": "date", "time": True}, {"type": "date"}, "size with a time of day"),
    ({"type": "text"}, {"type": "text", "max_length": 20}, "size of more than 20 characters"),
]


def contract(feature: dict[str, Any]) -> Contract:
    return Contract.model_validate({"target": {"name": "y", "task": "regression"}, "features": {"size": feature}})


@pytest.mark.parametrize(("old", "new", "narrowed"), NARROWER)
def test_a_narrower_column_is_a_change_and_a_wider_one_is_none(
    old: dict[str, Any], new: dict[str, Any], narrowed: str
) -> None:
    assert contract_changes(contract(old), contract(new)) == [f"clients may no longer send {narrowed}"]
    assert contract_changes(contract(new), contract(new)) == []
    if old["type"] != "category":
        assert contract_changes(contract(new), contract(old)) == []
