"""The outermost layer around FastAPI: ids, counters, and the last resort for errors, the same for every request."""

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter

from starlette._utils import get_route_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.body import ClientGoneError
from service.problems import MISTAKE, STOPPING, Problem
from service.settings import PATH
from service.state import Server
from service.transport.head import HeadReader
from service.transport.row import Answer

CLIENT_GONE = 499  # nginx's number for it
HANDLE_CLOSED = "the handler is closed"  # uvloop's word for a client that has left a moment ago
Refuse = Callable[[str, Problem], Answer]
logger = logging.getLogger("service")


class Observed:
    """ASGI middleware. `refuse` makes the answer to a problem, in the shape of the path's protocol."""

    def __init__(self, app: ASGIApp, server: Server, heads: HeadReader, refuse: Refuse) -> None:
        self._app, self._server, self._heads, self._refuse = app, server, heads, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, started = perf_counter(), 500, False
        head = self._heads.read(scope["headers"])
        request_id = (b"x-request-id", head.request_id)
        scope = self._adapted(scope, began, head.request_id)

        async def noted(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                own = dict((self._server.predictor.version_header, request_id))
                message["headers"] = list({**own, **dict(message["headers"])}.items())
            try:
                await send(message)
            except RuntimeError as error:
                if HANDLE_CLOSED not in str(error):
                    raise
                raise ClientGoneError from None

        async def answer(problem: Problem) -> None:
            refusal = self._refuse(get_route_path(scope), problem)
            await noted({"type": "http.response.start", "status": refusal.status, "headers": refusal.headers})
            await noted({"type": "http.response.body", "body": refusal.body})

        try:
            await self._app(scope, receive, noted)
        except ClientGoneError:
            status = CLIENT_GONE
        except asyncio.CancelledError:  # told to stop, and the time for requests under way is over
            if not started:
                await answer(STOPPING)
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise  # the connection is broken off, so that nobody takes a part for the whole
            await answer(MISTAKE)
        finally:
            route = scope.get("route")
            path = getattr(route, "path", "other")
            seconds = perf_counter() - began
            self._server.metrics.answered(path, status, seconds)
            self._server.note(head.request_id, scope["headers"], scope["path"], status, seconds)

    def _adapted(self, scope: Scope, began: float, request_id: bytes) -> Scope:
        """HEAD is answered as GET (the server leaves the body out), and the path has the proxy's prefix in front.

        A proxy may leave its prefix in the path or take it out; ASGI wants it in.
        """
        adapted = {**scope, "began": began, "request_id": request_id}
        if scope["method"] == "HEAD":
            adapted["method"] = "GET"
        prefix = self._prefix(scope) or self._server.settings.root_path
        if prefix:
            adapted["root_path"] = prefix
            if not scope["path"].startswith(f"{prefix}/"):
                adapted["path"] = prefix + scope["path"]
        return adapted

    def _prefix(self, scope: Scope) -> str:
        """The path at which a trusted proxy shows the service; empty if none says so."""
        client = scope.get("client")
        if not self._server.settings.trusted_proxies or not client or not self._server.settings.trusts(client[0]):
            return ""
        prefix = str(dict(scope["headers"]).get(b"x-forwarded-prefix", b"").decode("latin-1").rstrip("/"))
        return prefix if PATH.fullmatch(prefix) else ""
