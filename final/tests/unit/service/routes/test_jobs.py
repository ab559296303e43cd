"""Places for batches: bounded, taken only when the body is here, and free again whatever happens."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from starlette.requests import Request

from service.problems import Problem
from service.routes.jobs import done_by_the_batch_process, place_for_a_job
from service.settings import Settings
from service.spool import Spool


def server(**settings: Any) -> Any:
    process = Mock(run=AsyncMock(side_effect=OSError))
    parts = {"live": Mock(), "metrics": Mock(), "spool": Spool(1000), "running": 0, "batches": process, "log": None}
    return SimpleNamespace(settings=Settings(max_batches=1, **settings), **parts)


def request(*pieces: bytes) -> Request:
    """One whose body stops after these pieces."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]

    async def receive() -> Any:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    return Request({"type": "http", "headers": [], "state": {}}, receive)


async def do(served: Any, asked: Request) -> None:
    """As a route does, and the end of its answer."""
    place: AsyncIterator[None] = place_for_a_job(served)(asked)
    try:
        await anext(place)
        await done_by_the_batch_process(served, asked, {}, 100)
    finally:
        await anext(place, None)


async def outcome(served: Any, asked: Request) -> int:
    with pytest.raises(Problem) as refused:
        await do(served, asked)
    return refused.value.status


def test_a_body_that_does_not_come_takes_no_place() -> None:
    async def ask() -> None:
        served = server(request_seconds=0.001)
        assert await outcome(served, request(b"[")) == 408
        served.batches.run.assert_not_called()
        served.metrics.batches.inc.assert_not_called()
        assert served.spool.used == 0

    asyncio.run(ask())


def test_if_all_places_are_taken_the_body_is_not_read() -> None:
    async def ask() -> None:
        served = server()
        served.running = 1
        assert await outcome(served, request()) == 429
        assert served.running == 1

    asyncio.run(ask())


def test_a_job_that_takes_too_long_is_given_up_and_its_place_is_free() -> None:
    async def never(job: Any, body: AsyncIterator[bytes]) -> None:
        assert served.running == 1
        await asyncio.Event().wait()

    async def ask() -> None:
        served.batches.run = never
        whole = request(b"[]")
        whole._receive = AsyncMock(return_value={"type": "http.request", "body": b"[]", "more_body": False})
        assert await outcome(served, whole) == 503
        assert served.running == 0
        assert served.metrics.batches.dec.call_count == 1

    served = server(batch_seconds=0.5)  # the body has so long, too
    asyncio.run(ask())
