"""The outermost ASGI layer: ids, keys, counters and errors for every request, and the fast way for one row.

POST /predict is answered here, before any routing: it is what nearly all requests are, and each layer would cost as
much as the prediction itself. `short_way` hands over rows that came whole, without ASGI's messages in between.
"""

import asyncio
import itertools
import logging
import os
import re
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.keys import OPEN
from service.live import Live
from service.microbatch import Predicted
from service.problems import Problem, busy, invalid
from service.refusal import MISTAKE, Header, refusal, refuse, unpacked
from service.state import Server

Send1 = Callable[[int, list[Header], bytes], None]  # a whole answer: status, headers, body
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
TYPE = (b"content-type", b"application/json")
logger = logging.getLogger("service")


class Front:
    def __init__(self, app: ASGIApp, server: Server, known: Callable[[str], str]) -> None:
        """`known` gives the name under which a path is counted."""
        self._app, self._server, self._known = app, server, known
        self._start, self._numbers = os.urandom(6).hex(), itertools.count()
        self.head_seconds = server.settings.request_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["app"] = self  # so that Starlette raises its refusals, instead of answering them in plain text
        began, path = perf_counter(), scope["path"]
        headers = scope["headers"]
        ids, kind, length = self._about(headers)
        status, started = 500, False

        async def noted(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in ids if one[0] not in present)]
            await send(message)

        try:
            self._permit(path, headers)
            if path == "/predict" and scope["method"] == "POST":
                body = await self._predict(receive, kind, length, began, ids)
                status = 200
                await send({"type": "http.response.start", "status": 200, "headers": ids})
                await send({"type": "http.response.body", "body": body})
            else:
                await self._app(scope, receive, noted)
        except Problem as problem:
            status = await refuse(path, unpacked(problem, headers), noted)
        except HTTPException as error:
            status = await refuse(path, Problem(error.status_code, error.detail, headers=error.headers), noted)
        except Exception as error:
            if isinstance(error, ClientGoneError):
                status = 499
                return
            logger.exception("%s %s failed", scope["method"], path)
            if started:
                raise  # the connection is broken off, so that nobody takes a part for the whole
            status = await refuse(path, MISTAKE, noted)
        finally:
            self._server.metrics.answered(self._known(path), status, perf_counter() - began)

    def _about(self, headers: Iterable[Header]) -> tuple[list[Header], bytes, int]:
        """Headers of any answer (request id, the client's where it sends one, and version), content type and length."""
        request_id, kind, length = f"{self._start}-{next(self._numbers):x}".encode(), b"", 0
        for name, value in headers:
            if name == b"content-length":
                length = int(value)
            elif name == b"content-type":
                kind = value
            elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                request_id = value
        version = self._server.live.version.encode()
        return [(b"x-request-id", request_id), (b"x-model-version", version)], kind, length

    def _permit(self, path: str, headers: Iterable[Header]) -> None:
        """Raises Problem: 401 where a key is wanted and none that is known was sent."""
        if self._server.keys is not None and path not in OPEN and self._server.keys.who(headers) is None:
            raise Problem(
                401,
                "an API key is needed: X-API-Key, or Authorization: Bearer",
                headers={"www-authenticate": "Bearer"},
            )

    async def _predict(self, receive: Receive, kind: bytes, length: int, began: float, ids: list[Header]) -> bytes:
        """One row; `ids` gets the other headers of the answer. Raises Problem."""
        server = self._server
        live, rows = server.live, server.rows
        most = server.settings.max_row_bytes
        self._check(kind, length)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body = message.get("body", b"")
        if message.get("more_body"):
            body = await rest(receive, body, most, server.settings.request_seconds)
        elif len(body) > most:  # a chunked body says no length before
            raise too_long(most)
        parsed = perf_counter()
        row = validated(live, body)
        submitted = perf_counter()
        return written(live, await rows.submit(row), (began, parsed, submitted), ids)

    def _check(self, kind: bytes, length: int) -> None:
        """Raises Problem where the headers say that this can't be one row: 415, 413."""
        if kind and kind != TYPE[1] and kind.partition(b";")[0].strip().lower() != TYPE[1]:
            raise Problem(415, f"content type {kind.decode('latin-1')!r}; one row is sent as application/json")
        if length > self._server.settings.max_row_bytes:
            raise too_long(self._server.settings.max_row_bytes)

    def at_once(self, headers: Sequence[Header], body: bytes, began: float, send: Send1) -> None:
        """Answer a row that is here as a whole, without a task of its own: `send` is called once, now or soon."""
        ids, kind, _ = self._about(headers)
        live, rows = self._server.live, self._server.rows

        def finish(status: int, more: list[Header], text: bytes) -> None:
            self._server.metrics.answered("/predict", status, perf_counter() - began)
            send(status, [*ids, *more], text)

        def done(found: Predicted | Exception) -> None:
            if isinstance(found, Problem):
                finish(*refusal("/predict", found))
            elif isinstance(found, Exception):
                logger.error("POST /predict failed", exc_info=found)
                finish(*refusal("/predict", MISTAKE))
            else:
                text = written(live, found, (began, parsed, submitted), ids)
                finish(200, [], text)

        parsed = submitted = perf_counter()
        try:
            self._permit("/predict", headers)
            self._check(kind, len(body))
            row = validated(live, body)
            submitted = perf_counter()
            rows.ask(row, done)
        except Problem as problem:
            finish(*refusal("/predict", unpacked(problem, headers)))
        except Exception as error:
            done(error)

    def refused(self, status: int, detail: str) -> tuple[list[Header], bytes]:
        """Headers and body of the answer to what was no whole request."""
        ids, _, _ = self._about(())
        _, headers, body = refusal("", Problem(status, detail))
        self._server.metrics.answered("other", status, 0)
        return [*ids, *headers], body


def validated(live: Live, body: bytes) -> BaseModel:
    """The row of a body. Raises Problem: 503 where no model could be verified, 422."""
    if live.serving.model is None:
        raise busy(503, live.serving.problem, seconds=5)
    try:
        return live.rows.from_json(body)
    except ValidationError as error:
        try:
            return live.rows.mended(error, lambda: from_json(body))
        except ValidationError:
            raise invalid(error, live.rows.names) from None


def written(live: Live, predicted: Predicted, times: tuple[float, float, float], ids: list[Header]) -> bytes:
    """The body of an answer; `ids` gets its headers. times: when the request began, was there, was validated."""
    (answer, taken, ended), (began, parsed, submitted) = predicted, times
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
                (submitted - parsed) * 1e3,
                (taken - submitted) * 1e3,
                (ended - taken) * 1e3,
                (now - ended) * 1e3,
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
