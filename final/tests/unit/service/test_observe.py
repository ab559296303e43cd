"""The outermost layer around FastAPI: who leaves, and what is stopped, leaves no trace in the log."""

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from service.observe import CLIENT_GONE, Observed
from service.transport.head import HeadReader
from service.transport.row import refusal

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/a", "headers": [], "client": None}


def observed(app: Any, send: Any) -> Mock:
    """Run an app inside; gives the server's counters."""
    settings = SimpleNamespace(trusted_proxies="", root_path="")
    server: Any = SimpleNamespace(
        settings=settings, predictor=Mock(version_header=(b"v", b"1")), metrics=Mock(), note=Mock()
    )
    outermost = Observed(app, server, HeadReader(), lambda path, problem: refusal(problem))
    asyncio.run(outermost(SCOPE, Mock(), send))
    return server.metrics.answered  # type: ignore[no-any-return]


def test_a_client_that_left_a_moment_ago_is_no_mistake(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    assert observed(app, send).call_args.args[:2] == ("other", CLIENT_GONE)
    assert not caplog.records


def test_a_request_that_is_stopped_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise asyncio.CancelledError

    async def send(message: Any) -> None:
        sent.append(message)

    assert observed(app, send).call_args.args[:2] == ("other", 503)
    assert sent[0]["status"] == 503
    assert b"told to stop" in sent[1]["body"]
    assert not caplog.records
