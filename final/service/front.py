"""The outermost ASGI layer: ids, keys, counters and errors for every request, and the fast way for one row.

POST /predict is answered here, before any routing: it is what nearly all requests are, and each layer would cost as
much as the prediction itself.
"""

import asyncio
import itertools
import logging
import os
import re
from collections.abc import Callable
from time import perf_counter

import orjson
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import mlflow_protocol, v2_protocol
from service.keys import OPEN
from service.problems import JSON, Problem, busy, invalid
from service.state import Server

Header = tuple[bytes, bytes]
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
TYPE = (b"content-type", b"application/json")
logger = logging.getLogger("service")


class Front:
    def __init__(self, app: ASGIApp, server: Server, known: Callable[[str], str]) -> None:
        """`known` gives the name under which a path is counted."""
        self._app, self._server, self._known = app, server, known
        self._start, self._numbers = os.urandom(6).hex(), itertools.count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["app"] = self  # so that Starlette raises its refusals, instead of answering them in plain text
        began, path = perf_counter(), scope["path"]
        request_id, kind, length, headers = self._id(), b"", 0, scope["headers"]
        for name, value in headers:
            if name == b"content-length":
                length = int(value)
            elif name == b"content-type":
                kind = value
            elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                request_id = value
        live = self._server.live
        ids: list[Header] = [(b"x-request-id", request_id), (b"x-model-version", live.version.encode())]
        status, started = 500, False

        async def noted(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in ids if one[0] not in present)]
            await send(message)

        try:
            if self._server.keys is not None and path not in OPEN and self._server.keys.who(headers) is None:
                raise Problem(  # noqa: TRY301
                    401,
                    "an API key is needed: X-API-Key, or Authorization: Bearer",
                    headers={"www-authenticate": "Bearer"},
                )
            if path == "/predict" and scope["method"] == "POST":
                body = await self._predict(receive, kind, length, began, ids)
                status = 200
                await send({"type": "http.response.start", "status": 200, "headers": ids})
                await send({"type": "http.response.body", "body": body})
            else:
                await self._app(scope, receive, noted)
        except Problem as problem:
            status = await refuse(path, problem, noted)
        except HTTPException as error:
            status = await refuse(path, Problem(error.status_code, error.detail, headers=error.headers), noted)
        except Exception as error:
            if isinstance(error, ClientGoneError):
                status = 499
                return
            logger.exception("%s %s failed", scope["method"], path)
            if started:
                raise  # the connection is broken off, so that nobody takes a part for the whole
            status = await refuse(path, Problem(500, "the server made a mistake; its log has the details"), noted)
        finally:
            self._server.metrics.answered(self._known(path), status, perf_counter() - began)

    def _id(self) -> bytes:
        return f"{self._start}-{next(self._numbers):x}".encode()

    async def _predict(self, receive: Receive, kind: bytes, length: int, began: float, ids: list[Header]) -> bytes:
        """One row; `ids` gets the other headers of the answer. Raises Problem."""
        server = self._server
        live, rows = server.live, server.rows
        if kind and not kind.startswith(b"application/json"):
            raise Problem(415, f"content type {kind.decode('latin-1')!r}; one row is sent as application/json")
        most = server.settings.max_row_bytes
        if length > most:
            raise too_long(most)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body = message.get("body", b"")
        if message.get("more_body"):
            body = await rest(receive, body, most, server.settings.request_seconds)
        elif len(body) > most:  # a chunked body says no length before
            raise too_long(most)
        if live.serving.model is None:
            raise busy(503, live.serving.problem, seconds=5)
        parsed = perf_counter()
        try:
            row = live.rows.from_json(body)
        except ValidationError as error:
            raise invalid(error, live.rows.names) from None
        validated = perf_counter()
        answer, taken, predicted = await rows.submit(row)
        text = orjson.dumps({**answer, "model": live.version})
        now = perf_counter()
        ids[1] = (b"x-model-version", live.version.encode())
        ids += (
            TYPE,
            (b"content-length", str(len(text)).encode()),
            (
                b"server-timing",
                b"parse;dur=%.3f, validate;dur=%.3f, queue;dur=%.3f, predict;dur=%.3f, write;dur=%.3f"
                % (
                    (parsed - began) * 1e3,
                    (validated - parsed) * 1e3,
                    (taken - validated) * 1e3,
                    (predicted - taken) * 1e3,
                    (now - predicted) * 1e3,
                ),
            ),
        )
        return text


class ClientGoneError(Exception):
    """The client left before it had sent its body."""


def too_long(most: int) -> Problem:
    return Problem(413, f"the body is longer than {most:,} bytes")


async def rest(receive: Receive, body: bytes, most: int, seconds: float) -> bytes:
    """The whole of a body that comes in pieces. Raises Problem: 413, 408."""
    pieces, length, more = [body], len(body), True
    try:
        async with asyncio.timeout(seconds):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGoneError
                pieces.append(message.get("body", b""))
                length += len(pieces[-1])
                if length > most:
                    raise too_long(most)
                more = message.get("more_body", False)
    except TimeoutError:
        raise Problem(408, f"the body did not arrive within {seconds:g} s") from None
    return b"".join(pieces)


async def refuse(path: str, problem: Problem, send: Send) -> int:
    """Answer a problem in the shape that the clients of this path understand; returns the status."""
    status, kind, body = problem.status, JSON, b""
    if path == "/invocations":
        status, kind, body = mlflow_protocol.error(problem)
    elif path.startswith("/v2"):
        status, kind, body = v2_protocol.error(problem)
    else:
        body = problem.body()
    more = [(name.encode(), value.encode()) for name, value in problem.headers.items()]
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return status
