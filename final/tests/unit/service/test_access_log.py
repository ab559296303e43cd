"""A line of JSON for each request, written whole."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from service.access_log import ATOMIC, MOST_PATH, AccessLog, together


def test_lines_are_written_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written: list[bytes] = []
    monkeypatch.setattr(sys, "stderr", (tmp_path / "log").open("w"))
    monkeypatch.setattr(os, "write", lambda _, piece: written.append(piece))

    async def log() -> None:
        lines = AccessLog()
        for number in range(100):
            lines.add(b"id", "me", f"/{'x' * 1000}\udc80", 200, 0.0123456, f"model {number}")
        await asyncio.sleep(0)

    asyncio.run(log())
    assert max(map(len, written)) <= ATOMIC
    lines = [json.loads(line) for line in b"".join(written).splitlines()]
    assert [line["model"] for line in lines] == [f"model {number}" for number in range(100)]
    assert list(lines[0]) == ["time", "id", "key", "path", "status", "ms", "model"]
    assert (lines[0]["key"], lines[0]["status"], lines[0]["ms"]) == ("me", 200, 12.346)
    assert lines[0]["path"] == "/" + "x" * (MOST_PATH - 1)


def test_a_line_longer_than_a_piece_stays_whole() -> None:
    assert list(together([b"a\n", b"b" * 9 + b"\n", b"c\n", b"d\n"], 4)) == [b"a\n", b"b" * 9 + b"\n", b"c\nd\n"]


def test_a_log_that_nobody_reads_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr(sys, "stderr", os.fdopen(writing, "w"))

    async def log() -> None:
        lines = AccessLog()
        for _ in range(1000):  # more than a pipe takes
            lines.add(b"id", "me", "/" + "x" * 200, 200, 0.1, "model")
        await asyncio.sleep(0)

    asyncio.run(log())
    text = os.read(reading, 2**20)
    assert 2**14 < len(text) < 2**17
    assert all(json.loads(line) for line in text.splitlines())
    os.close(reading)
