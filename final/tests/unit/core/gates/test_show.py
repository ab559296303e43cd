"""The colours of the table of gates on a terminal."""

import pytest

from core.base.terminal import console
from core.gates.gate import Gate
from core.gates.show import show_gates

BOLD, GREEN, RED, END = "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[0m"


def test_a_verdict_has_its_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "record", True)
    show_gates([Gate("a", "1", "2", True), Gate("b", "1", "2", False)])
    text = console.export_text(styles=True)
    assert f"{BOLD}verdict{END}" in text
    assert f"{GREEN}passed" in text
    assert f"{RED}FAILED" in text
