"""The protocol takes the fast path when it may, ends each phase in time, and what it relies on of uvicorn is there."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
import uvicorn
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import ServerState

from service.transport.connections import Connections, Deadlines
from service.transport.protocol import LINGER, MOST_HEAD, MOST_PIPELINED, GuardedProtocol

ROW = b'{"a": 1}'
HEAD = b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\n"
GET = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
CHUNKED = b"POST /a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"


def wishing(head: bytes) -> bytes:
    """The same for another protocol."""
    return head.replace(b"\r\n\r\n", b"\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n")


def test_the_private_names_of_uvicorn_are_there() -> None:
    """Each is used in service/transport/protocol.py; requirements.in pins uvicorn's minor version for them."""
    assert uvicorn.__version__.startswith("0.54.")
    protocol, cycle = httptools_impl.HttpToolsProtocol, httptools_impl.RequestResponseCycle
    for method in ("connection_made", "connection_lost", "on_message_begin", "on_headers_complete", "on_body"):
        assert callable(getattr(protocol, method))
    for method in ("on_message_complete", "on_response_complete", "pause_writing", "_start_asgi_task"):
        assert callable(getattr(protocol, method))
    made = inspect.getsource(protocol.__init__)
    for name in ("app", "loop", "parser", "server_state", "transport", "flow", "cycle", "client", "pipeline"):
        assert f"self.{name}" in made, name
    whole = inspect.getsource(protocol)
    for name in ("url", "headers", "expect_100_continue"):
        assert f"self.{name} = " in whole, name
    for name in ("self.pipeline.appendleft((self.cycle, app))", "cycle, app = self.pipeline.pop()", "total_requests"):
        assert name in whole, name
    assert "write_paused" in inspect.getsource(FlowControl.__init__)
    for name in ("response_complete", "response_started", "disconnected", "keep_alive", "message_event"):
        assert f"self.{name}" in inspect.getsource(cycle.__init__), name
    assert httptools_impl.STATUS_LINE[200].startswith(b"HTTP/1.1 200 ")
    assert ServerState().default_headers == []


class Clock:
    """A loop whose time is moved by hand; tasks are those of the real one."""

    def __init__(self) -> None:
        self.now, self._timers = 0.0, dict[Mock, Callable[[], None]]()
        self.create_task = asyncio.get_running_loop().create_task

    def time(self) -> float:
        return self.now

    def call_at(self, at: float, call: Callable[[], None]) -> Mock:
        timer = Mock()
        timer.when.return_value = at
        timer.cancel = lambda: self._timers.pop(timer, None)
        self._timers[timer] = call
        return timer

    def until(self, end: float) -> None:
        while due := [timer for timer in self._timers if timer.when() <= end]:
            first = min(due, key=lambda timer: timer.when())
            self.now = first.when()
            self._timers.pop(first)()
        self.now = end


class Connected:
    """A protocol on a transport that takes everything, and what reaches its fast path and the ASGI app."""

    def __init__(self, takes_rows: bool = True, answers: bool = True) -> None:
        self.scopes: list[Any] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            self.scopes.append(scope)
            if answers:
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
                await send({"type": "http.response.body"})
            while not answers and (await receive()).get("more_body"):
                pass

        self.fast_path = Mock(takes_rows=takes_rows, deadlines=Deadlines(75, 10, 60, 500))
        self.fast_path.connections = Connections(9, 9, lambda address: False)
        self.fast_path.is_of_a_page.return_value = False
        self.fast_path.refused.return_value = ([], b"")
        config = uvicorn.Config(app)
        config.load()
        config.loaded_app = Mock(side_effect=app, state=Mock(fast_path=self.fast_path))
        self.clock = Clock()
        self.protocol = GuardedProtocol(config, ServerState(), {}, self.clock)
        self.transport = Mock()
        self.transport.is_closing.side_effect = lambda: bool(self.ended())
        self.transport.get_extra_info.return_value = None
        self.transport.get_write_buffer_size.return_value = 0
        self.protocol.connection_made(self.transport)

    async def receive(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.protocol.data_received(piece)
        for _ in range(3 * (MOST_PIPELINED + 2)):  # each request is a task
            await asyncio.sleep(0)

    def ended(self) -> str:
        """How: closed in order, or broken off."""
        return next((name for name in ("abort", "close") if getattr(self.transport, name).called), "")

    def statuses(self) -> list[int]:
        written = b"".join(call.args[0] for call in self.transport.write.call_args_list)
        return [int(answer[1:4]) for answer in written.split(b"HTTP/1.1")[1:]]


@pytest.mark.parametrize(
    ("takes_rows", "pieces", "fast", "asked"),
    [
        (True, [HEAD + ROW], 1, 0),
        (False, [HEAD + ROW], 0, 1),
        (True, [HEAD, ROW], 0, 1),  # the body comes later
        (True, [HEAD.replace(b"/predict", b"/predict?a=b") + ROW], 0, 1),
        (True, [HEAD.replace(b"POST", b"PUT") + ROW], 0, 1),
        (True, [HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + ROW], 0, 1),
        (True, [(HEAD + ROW) * 2], 1, 0),  # the second waits for the answer to the first
    ],
)
def test_a_row_in_one_piece_takes_the_fast_path(takes_rows: bool, pieces: list[bytes], fast: int, asked: int) -> None:
    async def receive() -> tuple[int, int]:
        connected = Connected(takes_rows)
        await connected.receive(*pieces)
        return connected.fast_path.answer.call_count, len(connected.scopes)

    assert asyncio.run(receive()) == (fast, asked)


@pytest.mark.parametrize(
    ("pieces", "trickle", "seconds", "how", "statuses"),
    [
        ([], b"", 10, "close", []),  # a connection that asks nothing
        ([GET[:9]], b"a", 10, "refused", [408]),  # a head that comes slowly
        ([GET], b"", 75, "close", [200]),  # a kept connection
        ([GET], b"\r\n", 75, "close", [200]),  # what is no request does not keep it any longer
        ([GET, GET[:9]], b"a", 10, "refused", [200, 408]),
        ([HEAD], b" ", 10, "abort", [200]),  # the answer is there, the body is not
        ([GET + HEAD], b" ", 10, "abort", [200, 200]),
    ],
)
@pytest.mark.parametrize("takes_rows", [True, False])
def test_a_phase_ends_in_time_whatever_comes(
    pieces: list[bytes], trickle: bytes, seconds: int, how: str, statuses: list[int], takes_rows: bool
) -> None:
    async def receive() -> tuple[str, str, list[int]]:
        connected = Connected(takes_rows)
        if pieces:
            connected.clock.until(4)
            await connected.receive(*pieces)
        start = int(connected.clock.now)
        for second in range(start + 1, start + seconds):
            connected.clock.until(second)
            if trickle and second < start + 8:  # a body of eight bytes would be whole
                connected.protocol.data_received(trickle)
        early = connected.ended()
        connected.clock.until(start + seconds)
        refused = connected.transport.write_eof.called
        connected.clock.until(start + seconds + LINGER)
        return early, "refused" if refused and connected.ended() == "abort" else connected.ended(), connected.statuses()

    assert asyncio.run(receive()) == ("", how, statuses)


@pytest.mark.parametrize(("taken", "how"), [(29_000, "abort"), (31_000, "")])
@pytest.mark.parametrize("closing", [False, True])
def test_who_reads_an_answer_too_slowly_is_cut_off(taken: int, how: str, closing: bool) -> None:
    async def read() -> str:
        connected = Connected()
        waiting = connected.transport.get_write_buffer_size
        waiting.return_value = 100_000
        if closing:
            connected.transport.is_closing.side_effect = lambda: True
            connected.protocol.on_response_complete()
        else:
            connected.protocol.pause_writing()
        waiting.return_value -= taken
        connected.clock.until(61)
        return connected.ended()

    assert asyncio.run(read()) == how


FIELD = GET.replace(b"\r\n\r\n", b"\r\n%b\r\n\r\n")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (GET, 200),
        (GET.replace(b"host: a", b"host: [::1]:80"), 200),
        (GET.replace(b"1.1", b"1.0").replace(b"host: a\r\n", b""), 200),
        (GET.replace(b"host: a\r\n", b""), 400),
        (GET.replace(b"host: a\r\n", b"host: a\r\nHost: a\r\n"), 400),
        (GET.replace(b"host: a", b"host: a b"), 400),
        (GET.replace(b"host: a", b"host: user@a"), 400),
        (GET.replace(b"1.1", b"2.0"), 400),
        (b"GET /healthz\r\n\r\n", 400),
        (b"CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\n", 400),
        (FIELD % b"content-length: 0\r\ntransfer-encoding: chunked", 400),
        (FIELD % b"content-length: 1\r\ncontent-length: 2", 400),
        (FIELD % b"content-length: +1", 400),
        (FIELD % b"transfer-encoding: gzip, chunked", 400),
        (FIELD % b"transfer-encoding: identity", 400),
        (FIELD.replace(b"1.1", b"1.0") % b"transfer-encoding: chunked", 400),
        (FIELD % b"a: b\r\n c", 400),
        (FIELD % b"a : b", 400),
        (FIELD % b"a: b\x00", 400),
        (GET.replace(b"\r\n", b"\n"), 400),
        (CHUNKED + b"+1\r\na\r\n0\r\n\r\n", 400),
        (CHUNKED + b"1\r\na0\r\n\r\n", 400),
        (CHUNKED + b"1\r\na\r\n0\r\na: b\r\n\r\n", 200),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(request_: bytes, status: int) -> None:
    async def receive() -> list[int]:
        connected = Connected()
        await connected.receive(request_)
        return connected.statuses()

    assert asyncio.run(receive()) == [status]


def test_trailers_are_no_headers_and_have_an_end() -> None:
    async def receive() -> tuple[list[Any], list[int]]:
        connected = Connected(answers=False)
        await connected.receive(CHUNKED + b"1\r\na\r\n0\r\nx-api-key: b\r\n")
        headers = connected.scopes[0]["headers"]
        await connected.receive(b"a: ", *[b"b" * 10_000] * (MOST_HEAD // 10_000 + 1))
        return headers, connected.statuses()

    headers, statuses = asyncio.run(receive())
    assert [name for name, _ in headers] == [b"host", b"transfer-encoding"]
    assert statuses == [431]


@pytest.mark.parametrize("request_", [GET, HEAD + ROW, wishing(GET), wishing(HEAD) + ROW])
@pytest.mark.parametrize("count", [3, 1000, 4000])
def test_pipelined_requests_are_answered_in_order_up_to_a_bound(request_: bytes, count: int) -> None:
    async def receive() -> list[int]:
        connected = Connected(takes_rows=False)
        await connected.receive(request_ * count)
        return connected.statuses()

    answered = min(count, MOST_PIPELINED + 1)
    assert asyncio.run(receive()) == [200] * answered + [400] * (count > answered)


def test_a_fault_behind_a_request_is_told_after_its_answer() -> None:
    async def receive() -> list[int]:
        connected = Connected(takes_rows=False)
        await connected.receive(GET + b"\x00\x00\r\n\r\n", GET)
        return connected.statuses()

    assert asyncio.run(receive()) == [200, 400]
