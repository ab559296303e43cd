"""Work that the batch process does for a request: how many at once, how long, and what is answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from service.body import paced
from service.problems import busy
from service.state import Server


class Place:
    """One of the places for batches and explanations; taken when the body is here, not before."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._taken = False

    def require(self) -> None:
        """Raises Problem: 503 without a model, 429 if all places are taken."""
        most = self._server.settings.max_batches
        self._server.live.require_model()
        if self._server.running >= most:
            raise busy(429, f"{most} batches and explanations are under way; ask again later", 5)

    def take(self) -> None:
        """Raises Problem, as `require`."""
        self.require()
        self._taken = True
        self._server.running += 1
        self._server.metrics.batches.inc()

    def leave(self) -> None:
        if self._taken:
            self._server.running -= 1
            self._server.metrics.batches.dec()


def place_for_a_job(server: Server) -> Callable[..., AsyncIterator[None]]:
    """A dependency: a request has its place until its answer is sent. Raises Problem (503, 429)."""

    async def place(request: Request) -> AsyncIterator[None]:
        request.state.place = Place(server)
        request.state.place.require()  # who would be refused need not send the body
        try:
            yield
        finally:
            request.state.place.leave()

    return place


async def done_by_the_batch_process(
    server: Server, request: Request, job: dict[str, Any], most: int
) -> StreamingResponse:
    """Send the body, of at most so many bytes, to the batch process, and its answer back. Raises Problem."""
    async with server.spool.body(paced(request, most, server.settings)) as body:
        request.state.place.take()
        live, process, seconds = server.live, server.batches, server.settings.batch_seconds
        if process is None:
            raise busy(503, live.serving.problem, seconds=5)
        try:
            async with asyncio.timeout(seconds):
                if server.log is None:
                    reply = await process.run(job, body)
                else:
                    rows = server.log.order(live, request.scope["request_id"])
                    reply = await process.run({**job, "log": rows}, body, server.log.add_sample)
        except TimeoutError:
            raise busy(503, f"it took longer than {seconds:g} s; send fewer rows", 5) from None
    server.metrics.count(reply.tally)
    headers = {**reply.headers, "content-length": str(reply.length), "x-model-version": live.version}
    return StreamingResponse(reply.pieces, media_type=reply.type, headers=headers)
