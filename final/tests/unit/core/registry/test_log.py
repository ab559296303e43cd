"""A log whose lines were changed by hand says which line, and takes no more decisions."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.registry.log import LogError, PromotionLog

CHANGED: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "an entry edited": (lambda lines: [lines[0].replace("first", "best"), *lines[1:]], "1: .* was edited"),
    "the last entry edited": (lambda lines: [*lines[:-1], lines[-1].replace("third", "3rd")], "3: .* was edited"),
    "an entry twice": (lambda lines: [lines[0], *lines], "2: .* does not follow the one before it"),
    "the last entry twice": (lambda lines: [*lines, lines[-1]], "4: .* does not follow"),
    "an entry removed": (lambda lines: [lines[0], lines[2]], "2: .* does not follow"),
    "the first removed": (lambda lines: lines[1:], "1: .* does not follow"),
    "two entries in another order": (lambda lines: [lines[1], lines[0], lines[2]], "1: .* does not follow"),
    "a key renamed": (lambda lines: [lines[0].replace('"why"', '"reason"'), *lines[1:]], "1: .* was edited"),
    "a list": (lambda lines: [*lines, "[]"], "4: .* is not a"),
    "half a line": (lambda lines: [*lines[:-1], lines[-1][:40]], "3: .* is no"),
}


@pytest.fixture
def log(tmp_path: Path) -> PromotionLog:
    log = PromotionLog(tmp_path / "registry" / "log.jsonl")
    for why in ("first", "second", "third"):
        log.append("promote", why[0] * 64, why, metrics={"accuracy": 0.8})
    return log


def test_entries_are_read_as_they_were_written(log: PromotionLog) -> None:
    entries = log.entries()
    assert [(entry["action"], entry["why"], entry["metrics"]) for entry in entries] == [
        ("promote", "first", {"accuracy": 0.8}),
        ("promote", "second", {"accuracy": 0.8}),
        ("promote", "third", {"accuracy": 0.8}),
    ]
    assert all(entry["who"] and entry["when"] for entry in entries)


@pytest.mark.parametrize("how", CHANGED)
def test_a_changed_log_names_the_line_and_takes_no_more_entries(how: str, log: PromotionLog) -> None:
    change, message = CHANGED[how]
    log.path.write_text("\n".join(change(log.path.read_text().splitlines())) + "\n")
    before = log.path.read_bytes()
    for act in (log.entries, lambda: log.append("promote", "f" * 64, "fourth")):
        with pytest.raises(LogError, match=rf"log\.jsonl:{message}"):
            act()
    assert log.path.read_bytes() == before
