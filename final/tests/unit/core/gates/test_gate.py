"""The verdict of a gate, without a pipeline around it."""

import math
from pathlib import Path

import pytest

from core.gates.gate import Gate, failed, limited, load, save


@pytest.mark.parametrize(("value", "passes"), [(0.75, True), (0.7499999, False), (math.nan, False), (-math.inf, False)])
def test_a_floor_is_met_or_not(value: float, passes: bool) -> None:
    assert limited("accuracy", value, 0.75, None).passed is passes


@pytest.mark.parametrize(("value", "passes"), [(2.0, True), (2.0000001, False), (math.nan, False), (math.inf, False)])
def test_a_ceiling_is_met_or_not(value: float, passes: bool) -> None:
    assert limited("rmse", value, None, 2.0).passed is passes


def test_a_gate_without_a_limit_passes_nothing() -> None:
    assert not limited("accuracy", 1.0, None, None).passed


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
