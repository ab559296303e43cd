"""A body comes at a minimum rate, and waits in a bounded room until all of it is here."""

import asyncio
import errno
import tempfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service import spool
from service.body import Pace
from service.problems import Problem
from service.spool import Spool


@pytest.mark.parametrize(
    ("pieces", "keeps_up"),
    [
        ([(1, 9.9)], True),  # not yet looked at
        ([(5000, 10)], True),
        ([(4999, 10)], False),
        ([(10**9, 1), (0, 9), (1, 10)], False),  # what came fast is no credit for later
        ([(600, 1)] * 100, True),
        ([(400, 1)] * 100, False),
    ],
)
def test_a_pace_is_that_of_the_last_seconds(pieces: list[tuple[int, float]], keeps_up: bool) -> None:
    pace = Pace(500, 10)
    assert all(pace.keeps_up(length, waited) for length, waited in pieces) == keeps_up


async def arriving(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def kept(room: Spool, *pieces: bytes) -> bytes:
    async with room.body(arriving(*pieces)) as body:
        assert room.used >= sum(map(len, pieces))
        return b"".join([piece async for piece in body])


@pytest.mark.parametrize("pieces", [(), (b"a",), (b"a" * 7, b"b" * 7), (b"a" * 30, b"b"), (b"a" * 11, b"b", b"c" * 40)])
def test_a_body_is_kept_in_memory_or_on_disk(pieces: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 10)
    room = Spool(100)
    assert asyncio.run(kept(room, *pieces)) == b"".join(pieces)
    assert room.used == 0


def test_bodies_that_arrive_are_bounded_together() -> None:
    async def two() -> None:
        room = Spool(100)
        async with room.body(arriving(b"a" * 60)):
            with pytest.raises(Problem, match="more than 100 bytes are arriving") as refused:
                await kept(room, b"b" * 30, b"b" * 30)
            assert refused.value.status == 429
            assert await kept(room, b"b" * 40) == b"b" * 40

    asyncio.run(two())


def test_without_room_on_the_disk_it_says_so(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def full(**_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr(spool, "IN_MEMORY", 10)
    with pytest.raises(Problem, match="no room for the body") as refused:
        asyncio.run(kept(Spool(100), b"a" * 60))
    assert refused.value.status == 503
    assert f"no room for a body in {tempfile.gettempdir()}: No space left on device" in caplog.text
