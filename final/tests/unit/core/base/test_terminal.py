"""What people write is printed as it is."""

import pytest

from core.base import terminal
from core.gates.gate import Gate
from core.gates.show import show_gates

TEXT = "[/b] [OPS-1] [red]x[/red] :smile:"


def test_a_text_is_never_markup(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.console.print(TEXT)
    with terminal.stage(TEXT) as remarks:
        remarks.append(TEXT)
    assert capsys.readouterr().err.count(TEXT) == 3


def test_a_gate_is_shown_as_it_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal.console, "_width", 200)
    show_gates([Gate(TEXT, TEXT, "none", True, ""), Gate("other", "1", "none", False, "")])
    shown = capsys.readouterr().err
    assert shown.count(TEXT) == 2
    assert "passed" in shown
    assert "FAILED" in shown
