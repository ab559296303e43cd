"""uvicorn's HTTP protocol with a deadline for each phase, stricter framing, and the fast path.

- Idle, head, rest of a body that was answered already, unread answer: each phase of a connection has its own deadline
  (the body of a request under way has one in service/body.py), and what comes in does not move it.
- A head without end is a 431, a head or a framing that could be read in two ways a 400, and trailers are never headers.
- A request that asks for another protocol, as Java's HttpClient does for HTTP/2 unless told not to: httptools takes the
  body for that protocol's and drops it. The wish is left out, and the request read again (RFC 9110, 7.8 allows that).
- A row that came in one piece goes to `FastPath.answer`, and its answer goes out in one write, so that no client ever
  has half of it. Everything else (a body in pieces, a pipelined request, a reader that does not keep up, another path)
  goes uvicorn's own way to FastAPI, and is answered the same.

It relies on private names of uvicorn, whose minor version is pinned for that; tests/unit/service/transport names each.
"""

import asyncio
import re
from time import perf_counter
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.transport.connections import MOST_REFUSED, Deadlines
from service.transport.fast_path import FastPath
from service.transport.head import Header

MOST_HEAD = 64 * 1024
MOST_PIPELINED = 128  # requests that may wait for the answer to an earlier one; each takes some 3 KB
LINGER = 2.0  # seconds for a client to read why it was refused, before what it still sends resets the connection
HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]*)(:[0-9]*)?")
HEAD, BODY = "head", "body"  # what of a request is yet to come


class _NoEvent:
    """Stands for the event that wakes a request which waits for more of its body: here there is no more."""

    def set(self) -> None: ...


class _RowUnderWay:
    """What uvicorn asks of a request under way."""

    message_event = _NoEvent()

    def __init__(self, keep_alive: bool) -> None:
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False


class GuardedProtocol(HttpToolsProtocol):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._fast_path: FastPath = self.app.state.fast_path
        self._deadlines: Deadlines = self._fast_path.deadlines
        self._coming: str | None = None  # HEAD, BODY, or nothing of a request
        self._unframed = 0  # bytes since the last whole head or piece of a body
        self._hosts, self._host = 0, b""
        self._fault = ""  # why the request that is being read is refused
        self._wish = False  # whether it asks for another protocol
        self._held: list[bytes] | None = None  # the body so far of a request that may take the fast path
        self._began = 0.0
        self._since = 0.0  # when the present phase began
        self._unsent = 0  # bytes of answers that waited for the client then
        self._timer: asyncio.TimerHandle | None = None
        self._refusal: tuple[int, str] | None = None  # the last answer, after those to earlier requests
        self._refused = False

    # a connection, and its deadlines

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self.loop.time()
        reason = self._fast_path.connections.enter(self, self._address())
        if not reason:
            self._look_in(self._deadlines.request)
        elif self._fast_path.connections.refused < MOST_REFUSED:
            self.refuse(503, reason)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()
        self._fast_path.connections.leave(self, self._address())
        if self._refused:
            self._fast_path.connections.refused -= 1

    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def is_spare(self) -> bool:
        """Whether all requests were answered, and no other one has begun."""
        return self.cycle is not None and not self._under_way() and self._coming != HEAD

    def make_room(self) -> None:
        self._fast_path.connections.leave(self, self._address())
        self._close()

    def _look_in(self, seconds: float) -> None:
        """Look at the phase in so many seconds, unless that is done earlier anyway."""
        at = self.loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = self.loop.call_at(at, self._look)

    def _look(self) -> None:
        """End a phase that has taken too long; look again when the present one will have."""
        self._timer = None
        rest = self._since + self._phase_seconds() - self.loop.time()
        if rest > 0:
            self._look_in(rest)
        elif self._unread():
            self._check_reader()
        elif self._refused or self._coming == BODY:
            self.transport.abort()
        elif self._coming == HEAD:
            self.refuse(408, f"the head of a request did not arrive within {self._deadlines.request:g} s")
        else:
            self._close()

    def _phase_seconds(self) -> float:
        deadlines = self._deadlines
        if self._unread():
            return deadlines.answer
        if self._refused:
            return LINGER
        if self._under_way():
            return self.loop.time() - self._since + deadlines.request  # not the connection's: looks again later
        if self._coming or self.cycle is None:
            return deadlines.request
        return deadlines.idle

    def _under_way(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _unread(self) -> bool:
        """Whether an answer waits for a client that does not read it."""
        return self.flow.write_paused or ((self._refused or self.transport.is_closing()) and self._buffered() > 0)

    def _buffered(self) -> int:
        return self.transport.get_write_buffer_size()

    def _check_reader(self) -> None:
        taken = self._unsent - self._buffered()
        if self._deadlines.fast_enough(taken):
            self._watch_reader()
        else:
            self.transport.abort()

    def _watch_reader(self) -> None:
        self._since, self._unsent = self.loop.time(), self._buffered()
        self._look_in(self._deadlines.answer)

    def _close(self) -> None:
        """Once all that was written is sent."""
        self.transport.close()
        if self._buffered():
            self._watch_reader()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()

    # what comes in

    def data_received(self, data: bytes) -> None:
        if self._refusal or self._refused:
            return
        before = self._coming
        self._unframed += len(data)
        end = self._feed(data)
        if end is not None:
            self._read_without_wishes(memoryview(data)[end:])
        if self._held is not None:  # the rest of the body is yet to come
            self._take_long_way()
        if self._unframed > MOST_HEAD:
            self._refuse_in_turn(431, f"the head of a request may have {MOST_HEAD:,} bytes")
        elif self._coming == HEAD and before != HEAD and not self.flow.write_paused:
            self._since = self.loop.time()
            self._look_in(self._deadlines.request)

    def _feed(self, data: bytes | memoryview) -> int | None:
        """Parse; gives where the head ends of a request that asks for another protocol."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            return int(stopped.args[0])
        except httptools.HttpParserError:
            self._refuse_in_turn(400, self._fault or "this is not a request of HTTP/1.1")
        return None

    def _read_without_wishes(self, rest: memoryview) -> None:
        """Read a request again, as one that does not ask for another protocol, and what came after its head."""
        end: int | None = 0
        while end is not None and not self._refusal and not self._refused:
            first = b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
            fields = [b"%b: %b\r\n" % field for field in self.headers if field[0] != b"upgrade"]
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
            self._feed(b"".join((first, *fields, b"\r\n")))
            if not rest or self._refusal or self._refused:
                return
            end = self._feed(rest)
            rest = rest[end or 0 :]

    def _take_long_way(self) -> None:
        held, self._held = self._held or [], None
        if not self.transport.is_closing() and not self._refused:
            super().on_headers_complete()
            for piece in held:
                super().on_body(piece)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._coming, self._hosts, self._fault = HEAD, 0, ""

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._coming == BODY:
            return  # a trailer
        name = name.lower()
        if name == b"host":
            self._hosts += 1
            if value != self._host and not HOST.fullmatch(value):
                self._fault = "the host of a request is a name or an address, and may have a port"
            self._host = value
        elif name == b"transfer-encoding":
            if value.lower() != b"chunked" or self.parser.get_http_version() == "1.0":
                self._fault = "a body is sent as it is, or chunked by HTTP/1.1"
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Raises ValueError if the request is refused, which ends the parser's work."""
        version, method = self.parser.get_http_version(), self.parser.get_method()
        if version not in ("1.1", "1.0") or method == b"CONNECT":
            self._fault = "this is not a request of HTTP/1.1 for a service"
        elif self._hosts > 1 or (not self._hosts and version == "1.1"):
            self._fault = f"a request names its host once, not {self._hosts} times"
        if self._fault:
            raise ValueError(self._fault)
        self._wish = bool(self.parser.should_upgrade())
        if self._wish:
            return
        self._coming, self._unframed = BODY, 0
        if (
            self._fast_path.takes_rows
            and self.url == b"/predict"
            and method == b"POST"
            and version == "1.1"
            and not self._under_way()
            and not self.flow.write_paused
            and not self.expect_100_continue
            and not self._fast_path.is_of_a_page(self.headers)
        ):
            self._held, self._began = [], perf_counter()
        elif len(self.pipeline) < MOST_PIPELINED:
            super().on_headers_complete()
        else:
            self._coming = HEAD  # not begun
            self._fault = f"more than {MOST_PIPELINED} requests wait for the answer to an earlier one"
            raise ValueError(self._fault)

    def on_body(self, body: bytes) -> None:
        self._unframed = 0
        if self._held is None:
            super().on_body(body)
        else:
            self._held.append(body)

    def on_message_complete(self) -> None:
        if self._wish:
            return
        self._coming, self._unframed = None, 0
        if self._held is None:
            super().on_message_complete()
            return
        body, self._held = b"".join(self._held), None
        request = _RowUnderWay(self.parser.should_keep_alive())
        self.cycle = request  # type: ignore[assignment]

        def send(status: int, headers: list[Header], text: bytes) -> None:
            request.response_complete = True
            if request.disconnected or self.transport.is_closing():
                return
            self._write(status, headers, text, request.keep_alive)
            if not request.keep_alive:
                self.transport.close()
            self.on_response_complete()

        self._fast_path.answer(self.headers, body, self._began, send)

    # what goes out

    def on_response_complete(self) -> None:
        """Go on with the next request that waits; uvicorn's own would read more before those are done."""
        self.server_state.total_requests += 1
        self._since = self.loop.time()
        if self.transport.is_closing():
            self._watch_reader()
        elif self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._refusal is not None:
            self.refuse(*self._refusal)
        else:
            self.flow.resume_reading()
            if self._coming:
                self._look_in(self._deadlines.request)

    def _refuse_in_turn(self, status: int, detail: str) -> None:
        """Refuse what came, after the answers to earlier requests."""
        if self._refusal or self._refused:
            return
        self._held = None
        if self._coming == BODY and self._under_way():  # its body will not come to an end
            if not self.pipeline:
                self._break_off(status, detail)
                return
            self.pipeline.popleft()
            self._refusal = status, detail
        elif self._under_way():
            self._refusal = status, detail
        else:
            self.refuse(status, detail)

    def _break_off(self, status: int, detail: str) -> None:
        """End the request under way."""
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        if self.cycle.response_started:
            self.transport.abort()
        else:
            self.refuse(status, detail)

    def refuse(self, status: int, detail: str) -> None:
        """Answer without a request, and end the connection once the client can have read that."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._fast_path.connections.refused += 1
        self._since = self.loop.time()
        self._write(status, *self._fast_path.refused(status, detail), keep_alive=False)
        self.transport.write_eof()
        self.flow.resume_reading()  # what still comes is dropped, and the client's end is noticed
        self._look_in(LINGER)

    def _write(self, status: int, headers: list[Header], body: bytes, keep_alive: bool) -> None:
        """Write a whole answer at once."""
        fields = [*self.server_state.default_headers, *headers]
        if not keep_alive:
            fields.append((b"connection", b"close"))
        lines = [b"%b: %b\r\n" % field for field in fields]
        self.transport.write(b"".join((STATUS_LINE[status], *lines, b"\r\n", body)))
