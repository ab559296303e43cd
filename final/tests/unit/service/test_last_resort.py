"""What the service does when something fails that nothing else has dealt with, and what it does not take for that."""

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from service.observe import Observed
from service.problems import Problem
from service.settings import Settings
from service.transport.head import HeadReader
from service.transport.row import Answer, RowPredictor, Times, refusal

Sent = list[dict[str, Any]]


def observed(app: Any, send: Any, method: str = "GET") -> Mock:
    """Run an app in the outermost layer; gives the server's counters."""
    settings = SimpleNamespace(trusted_proxies="", root_path="")
    server: Any = SimpleNamespace(
        settings=settings, predictor=Mock(version_header=(b"v", b"1")), metrics=Mock(), note=Mock()
    )
    outermost = Observed(app, server, HeadReader(), lambda path, problem: refusal(problem))
    scope: dict[str, Any] = {"type": "http", "method": method, "path": "/a", "headers": [], "client": None}
    try:
        asyncio.run(outermost(scope, Mock(), send))
    finally:
        answered: Mock = server.metrics.answered
    return answered


def test_a_mistake_before_the_answer_is_a_500_without_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    sent: Sent = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError("secret")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    assert observed(app, send).call_args.args[:2] == ("other", 500)
    assert sent[0]["status"] == 500
    assert b"secret" not in sent[1]["body"]
    assert caplog.messages == ["GET /a failed"]


def test_a_mistake_within_the_answer_breaks_it_off(caplog: pytest.LogCaptureFixture) -> None:
    sent: Sent = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with pytest.raises(ZeroDivisionError):
        observed(app, send)
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert caplog.messages == ["GET /a failed"]


def test_another_error_of_the_server_is_no_client_that_left(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        raise RuntimeError("another")

    with pytest.raises(RuntimeError, match="another"):
        observed(app, send)
    assert caplog.messages == ["GET /a failed"]


def test_head_is_answered_as_get() -> None:
    methods: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        methods.append(scope["method"])

    observed(app, Mock(), "HEAD")
    assert methods == ["GET"]


def answer_of(ask: Any) -> Answer:
    """The answer to a row, with `ask` in place of the model's queue."""

    async def answered() -> Answer:
        live: Any = SimpleNamespace(version="1")
        predictor = RowPredictor(live, Mock(), Settings())
        predictor._batcher = Mock(ask=ask)
        return await predictor.answered(Mock(), Times(0, 0, 0))

    return asyncio.run(answered())


@pytest.mark.parametrize(
    ("result", "status", "logged"),
    [(Problem(429, "too many"), 429, []), (ValueError("secret"), 500, ["POST /predict failed"])],
)
def test_what_a_prediction_fails_with_is_answered(
    result: Exception, status: int, logged: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = answer_of(lambda row, predicted: predicted(result))
    assert answer.status == status
    assert b"secret" not in answer.body
    assert caplog.messages == logged


def test_a_row_for_which_there_is_no_room_is_refused() -> None:
    assert answer_of(Mock(side_effect=Problem(503, "full"))).status == 503
