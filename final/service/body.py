"""Bodies of requests, bounded in length, time and pace."""

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter

from starlette.requests import ClientDisconnect, Request

from service.problems import Problem
from service.settings import Settings
from service.transport.row import too_long


class ClientGoneError(Exception):
    """The client left before it had sent its body."""


class Pace:
    """Whether a body comes fast enough: so many bytes a second, looked at whenever `seconds` were waited for them."""

    def __init__(self, rate: int, seconds: float) -> None:
        self._rate, self._seconds = rate, seconds
        self._waited, self._bytes = 0.0, 0

    def keeps_up(self, length: int, waited: float) -> bool:
        """Note a piece and how long it was waited for."""
        self._waited += waited
        self._bytes += length
        if self._waited < self._seconds:
            return True
        fast_enough = self._bytes >= self._rate * self._waited
        self._waited, self._bytes = 0.0, 0
        return fast_enough


def late(detail: str) -> Problem:
    """The rest of the body is not waited for."""
    return Problem(408, detail, headers={"connection": "close"})


async def pieces(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Problem (413) as soon as it is longer than `most` bytes."""
    if int(request.headers.get("content-length", 0)) > most:
        raise too_long(most)
    length = 0
    try:
        async for piece in request.stream():
            length += len(piece)
            if length > most:
                raise too_long(most)
            yield piece
    except ClientDisconnect:
        raise ClientGoneError from None


async def whole(request: Request, most: int, seconds: float) -> bytes:
    """The body, once it has come. Raises Problem: 413, 408."""
    try:
        async with asyncio.timeout(seconds):
            return b"".join([piece async for piece in pieces(request, most)])
    except TimeoutError:
        raise late(f"the body did not arrive within {seconds:g} s") from None


async def paced(request: Request, most: int, settings: Settings) -> AsyncIterator[bytes]:
    """The body as it comes, without empty pieces. Raises Problem: 413, 408."""
    gap, rate, total = settings.request_seconds, settings.min_bytes_per_second, settings.batch_seconds
    pace, waited = Pace(rate, gap), 0.0
    stream = pieces(request, most)
    while True:
        began = perf_counter()
        try:
            async with asyncio.timeout(gap):
                piece = await anext(stream, None)
        except TimeoutError:
            raise late(f"nothing of the body arrived for {gap:g} s") from None
        if piece is None:
            return
        seconds = perf_counter() - began
        waited += seconds
        if waited > total:
            raise late(f"the body did not arrive within {total:g} s")
        if not pace.keeps_up(len(piece), seconds):
            raise late(f"the body comes slower than {rate:,} bytes a second")
        if piece:
            yield piece
