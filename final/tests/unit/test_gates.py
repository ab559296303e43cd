"""The verdict of a gate, without a pipeline around it."""

import math
from pathlib import Path

import pytest

from product.gates import Gate, at_least, failed, load, save


@pytest.mark.parametrize(("value", "passes"), [(0.75, True), (0.7499999, False), (math.nan, False), (-math.inf, False)])
def test_a_floor_is_met_or_not(value: float, passes: bool) -> None:
    assert at_least("accuracy", value, 0.75).passed is passes


def test_a_failed_gate_says_what_was_found_what_was_wanted_and_what_to_do() -> None:
    gates = [
        Gate("a", "1", "1", True, "unsaid"),
        Gate("b", "2", "<= 1", False, "Remove one"),
        Gate("c", "0", "1", False),
    ]
    assert failed(gates) == ["gate b failed: 2, wanted <= 1. Remove one", "gate c failed: 0, wanted 1"]


def test_verdicts_are_read_as_they_were_saved(tmp_path: Path) -> None:
    gates = [Gate("модель", "0.7", ">= 0.5", True), Gate("b", "2", "<= 1", False, "Remove one")]
    save(gates, tmp_path / "new folder" / "gates.json")
    assert load(tmp_path / "new folder" / "gates.json") == gates
    assert load(tmp_path / "absent.json") == []
