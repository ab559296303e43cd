"""The promotion log without a registry: what it says of a torn line, and when a line is safe."""

import errno
import os
from pathlib import Path

import pytest

from core.registry.log import LogError, PromotionLog


@pytest.fixture
def log(tmp_path: Path) -> PromotionLog:
    log = PromotionLog(tmp_path / "log.jsonl")
    log.append("promote", "a" * 64, "first")
    return log


def test_the_next_decision_says_that_a_torn_line_was_cut_off(
    log: PromotionLog, caplog: pytest.LogCaptureFixture
) -> None:
    size = log.path.stat().st_size
    with log.path.open("ab") as file:
        file.write(b'{"action"')
    log.append("keep", "b" * 64, "worse")
    copy = f"log.jsonl.torn-{size}"
    assert caplog.messages == [
        f"{log.path}:2: the last line was torn, as by a kill or a full disk; cut off and kept as {copy}; "
        "the 1 decisions before it are verified"
    ]


def test_a_line_is_in_the_file_before_the_file_is_synchronised(
    log: PromotionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a buffer of the process, which a loss of power would take."""
    seen: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(log.path.read_bytes()))
    log.append("keep", "b" * 64, "worse")
    assert seen == [log.path.read_bytes()]


def test_an_error_of_the_disk_keeps_its_number(log: PromotionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left on device") as error:
        log.append("keep", "b" * 64, "worse")
    assert (error.value.errno, error.value.filename) == (errno.ENOSPC, str(log.path))


def test_an_edited_last_line_is_named_also_without_its_line_end(log: PromotionLog) -> None:
    log.path.write_text(log.path.read_text().replace("first", "best").rstrip("\n"))
    with pytest.raises(LogError) as error:
        log.entries()
    assert str(error.value) == f"{log.path}:1: the log was changed: this line was edited"
