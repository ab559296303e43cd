"""The promotion log: whatever is changed in it shows, at the line where it was changed."""

import getpass
import hashlib
import json
import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.registry.log import LogError, PromotionLog

Lines = list[str]


@pytest.fixture
def log(tmp_path: Path) -> PromotionLog:
    """Four decisions, one of them with letters beyond ASCII."""
    log = PromotionLog(tmp_path / "new folder" / "another" / "log.jsonl")
    log.append("promote", "aaa", "first model", commit="c1", metrics={"accuracy": 0.8})
    log.append("promote", "bbb", "лучше: точность 0,9", **{"from": "aaa"})
    log.append("keep", "ccc", "worse", champion="bbb")
    log.append("rollback", "aaa", "by hand", **{"from": "bbb"})
    return log


def lines_of(log: PromotionLog) -> Lines:
    return log.path.read_text(encoding="utf-8").splitlines()


def write(log: PromotionLog, lines: Lines) -> None:
    log.path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def test_what_was_logged_is_read_back_with_who_and_when(log: PromotionLog) -> None:
    entries = log.entries()
    assert [entry["action"] for entry in entries] == ["promote", "promote", "keep", "rollback"]
    first, second = entries[:2]
    assert first.items() >= {"model": "aaa", "why": "first model", "commit": "c1", "before": ""}.items()
    assert first["metrics"] == {"accuracy": 0.8}
    assert first["who"] == f"{getpass.getuser()}@{socket.gethostname()}"
    when = datetime.fromisoformat(first["when"])
    assert when.tzinfo == UTC
    assert when.microsecond == 0
    assert 0 <= (datetime.now(UTC) - when).total_seconds() < 60
    assert (second["why"], second["from"]) == ("лучше: точность 0,9", "aaa")
    assert "hash" not in first
    assert "лучше" in lines_of(log)[1]


def test_each_line_carries_the_hash_of_the_line_before(log: PromotionLog) -> None:
    kept = [json.loads(line) for line in lines_of(log)]
    assert [entry["before"] for entry in kept] == ["", *(entry["hash"] for entry in kept[:-1])]
    assert all(re.fullmatch("[0-9a-f]{64}", entry["hash"]) for entry in kept)
    for entry in kept:  # as it was written by every earlier version
        own = entry.pop("hash")
        assert own == hashlib.sha256(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    log = PromotionLog(tmp_path / "log.jsonl")
    assert log.entries() == []
    assert log.served() == []
    assert log.withdrawn("aaa") is None
    assert not log.path.exists()


def test_facts_are_kept_as_json_reads_them(tmp_path: Path) -> None:
    log = PromotionLog(tmp_path / "log.jsonl")
    log.append("promote", "aaa", "first", numbers=(1, 2), by_class={1: "x"})
    log.append("keep", "bbb", "worse")
    assert log.entries()[0]["numbers"] == [1, 2]
    assert log.entries()[0]["by_class"] == {"1": "x"}


@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize("key", ["action", "model", "why", "who", "when", "before"])
def test_an_edited_value_shows(log: PromotionLog, key: str, row: int) -> None:
    lines = lines_of(log)
    entry = json.loads(lines[row])
    lines[row] = json.dumps({**entry, key: entry[key] + "0"}, ensure_ascii=False)
    write(log, lines)
    check_refused(log, row + 1, "was edited")


@pytest.mark.parametrize("row", range(4))
def test_a_fact_added_or_taken_out_shows(log: PromotionLog, row: int) -> None:
    lines = lines_of(log)
    entry: dict[str, Any] = json.loads(lines[row])
    fewer = {key: kept for key, kept in entry.items() if key != "who"}
    for changed in ({**entry, "approved": True}, fewer):
        write(log, [*lines[:row], json.dumps(changed), *lines[row + 1 :]])
        check_refused(log, row + 1, "was edited")


LINES: dict[str, tuple[Callable[[Lines], Lines], int, str]] = {
    "the first removed": (lambda lines: lines[1:], 1, "does not follow the one before it"),
    "one removed": (lambda lines: [lines[0], *lines[2:]], 2, "does not follow the one before it"),
    "two swapped": (lambda lines: [lines[0], lines[2], lines[1], lines[3]], 2, "does not follow the one before it"),
    "one twice": (lambda lines: [*lines[:2], *lines[1:]], 3, "does not follow the one before it"),
    "all twice": (lambda lines: lines * 2, 5, "does not follow the one before it"),
    "one cut off": (lambda lines: [*lines[:3], lines[3][:-10]], 4, "is not a decision"),
    "a line of nothing": (lambda lines: [lines[0], "", *lines[1:]], 2, "is not a decision"),
    "a list": (lambda lines: [*lines, "[]"], 5, "is not a decision"),
    "a number": (lambda lines: [*lines, "7"], 5, "is not a decision"),
    "nothing known": (lambda lines: [*lines, "null"], 5, "is not a decision"),
    "a line without a hash": (lambda lines: [*lines, "{}"], 5, "is not a decision"),
}


@pytest.mark.parametrize("change", LINES)
def test_a_changed_line_shows(log: PromotionLog, change: str) -> None:
    edit, line, reason = LINES[change]
    write(log, edit(lines_of(log)))
    check_refused(log, line, reason)


def test_a_line_of_another_log_shows(log: PromotionLog, tmp_path: Path) -> None:
    other = PromotionLog(tmp_path / "other.jsonl")
    other.append("promote", "ddd", "first model")
    write(log, [*lines_of(log), *lines_of(other)])
    check_refused(log, 5, "does not follow the one before it")


def check_refused(log: PromotionLog, line: int, reason: str) -> None:
    """It can't be read, takes no more entries, and is left as it is."""
    before = log.path.read_bytes()
    message = re.escape(f"{log.path}:{line}: the log was changed: this line {reason}")
    for use in (log.entries, log.served, lambda: log.withdrawn("aaa"), lambda: log.append("promote", "ddd", "new")):
        with pytest.raises(LogError, match=f"^{message}$"):
            use()
    assert log.path.read_bytes() == before


def test_what_is_served_is_a_stack(tmp_path: Path) -> None:
    log = PromotionLog(tmp_path / "log.jsonl")
    steps: list[tuple[str, str, list[str]]] = [
        ("promote", "a", ["a"]),
        ("keep", "x", ["a"]),
        ("promote", "b", ["a", "b"]),
        ("promote", "c", ["a", "b", "c"]),
        ("rollback", "b", ["a", "b"]),
        ("promote", "d", ["a", "b", "d"]),
        ("rollback", "a", ["a"]),
        ("rollback", "z", ["z"]),  # a model that was never promoted is all that is known then
    ]
    for action, model, expected in steps:
        log.append(action, model, "test")
        assert log.served() == expected


def test_what_is_served_can_be_told_by_the_image(tmp_path: Path) -> None:
    log = PromotionLog(tmp_path / "log.jsonl")
    log.append("promote", "a", "test", image="first:1")
    log.append("promote", "b", "test", image="second:1")
    assert log.served(by="image") == ["first:1", "second:1"]
    log.append("rollback", "a", "test", image="first:1")
    assert log.served(by="image") == ["first:1"]


def test_a_model_is_withdrawn_until_it_is_brought_back(tmp_path: Path) -> None:
    log = PromotionLog(tmp_path / "log.jsonl")

    def withdrawn(model: str) -> str | None:
        entry = log.withdrawn(model)
        return None if entry is None else str(entry["why"])

    log.append("promote", "a", "first", **{"from": None})
    log.append("promote", "b", "better", **{"from": "a"})
    assert withdrawn("b") is None
    log.append("rollback", "a", "it is slow", **{"from": "b"})
    assert (withdrawn("a"), withdrawn("b")) == (None, "it is slow")
    log.append("keep", "b", "again")
    assert withdrawn("b") == "it is slow"
    log.append("rollback", "b", "it is not", **{"from": "a"})
    assert (withdrawn("a"), withdrawn("b")) == ("it is not", None)
    log.append("promote", "a", "better now", **{"from": "b"})
    assert (withdrawn("a"), withdrawn("b")) == (None, None)
