"""Addresses that only this machine reaches, a new key, and bodies that come too slowly."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from service import body, keys
from service.body import paced
from service.problems import Problem
from service.settings import Settings


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_a_loopback_address_is_known(host: str, loopback: bool) -> None:
    assert Settings(host=host).loopback() is loopback


def test_a_new_key_is_shown_once_and_its_line_admits_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys.main("anna")
    shown = capsys.readouterr()
    key = shown.err.removeprefix("the key, not to be seen again: ").strip()
    assert shown.out == f"anna {hashlib.sha256(key.encode()).hexdigest()}\n"
    (tmp_path / "keys").write_text(shown.out)
    admitted = keys.Keys(tmp_path / "keys")
    assert admitted.who([(b"x-api-key", key.encode())]) == "anna"
    assert admitted.who([(b"x-api-key", key[1:].encode())]) is None


def taken(pieces: list[tuple[bytes, float]], monkeypatch: pytest.MonkeyPatch, **settings: Any) -> bytes:
    """A body whose pieces come after so many seconds each, by a clock of the test's own."""
    now = 0.0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal now
        for piece, seconds in pieces:
            now += seconds
            yield piece

    async def read() -> bytes:
        request: Any = Mock(headers={}, stream=stream)
        return b"".join([piece async for piece in paced(request, 10**6, Settings(**settings))])

    monkeypatch.setattr(body, "perf_counter", lambda: now)
    return asyncio.run(read())


LIMITS = {"request_seconds": 10, "min_bytes_per_second": 100, "batch_seconds": 60}


def test_a_body_in_time_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = [(b"a" * 1000, 10.0), (b"", 0.0), (b"b" * 5000, 50.0)]
    assert taken(pieces, monkeypatch, **LIMITS) == b"a" * 1000 + b"b" * 5000


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        ([(b"a" * 999, 10.0)], "the body comes slower than 100 bytes a second"),
        ([(b"a" * 9000, 9.0)] * 7, "the body did not arrive within 60 s"),
    ],
)
def test_a_body_that_is_late_is_not_waited_for(
    pieces: list[tuple[bytes, float]], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Problem, match=reason) as refused:
        taken(pieces, monkeypatch, **LIMITS)
    assert refused.value.status == 408
