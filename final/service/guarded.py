"""uvicorn's HTTP protocol, guarded against what it would take for ever, or lose.

- A head that grows without end, or does not come: 431 and 408.
- A request that asks for another protocol, as Java's HttpClient does for HTTP/2 unless told not to: httptools takes the
  body for that protocol's and drops it. The wish is left out, and the request read again (RFC 9110, 7.8 allows that).
- What is not HTTP gets its 400 in the shape of all other errors.

But for `answer`, nothing here runs once per request; what has to, is in `short_way`.
"""

import asyncio
import sys
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.front import Front
from service.refusal import Header

MOST_HEAD = 64 * 1024


class Guarded(HttpToolsProtocol):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._front = self.app if isinstance(self.app, Front) else None
        self._head: int | None = 0  # bytes of a head that is not complete; None while a body comes
        self._unread = 0  # where in the data begins what was taken for another protocol's
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._front is not None:
            self._look(self._front.head_seconds, object())

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._watch is not None:
            self._watch.cancel()

    def _look(self, seconds: float, seen: object) -> None:
        """Every so often: refuse what is still the same unfinished head as at the last look."""
        idle = self.timeout_keep_alive_task is not None  # after an answer; uvicorn counts that time
        answered = self.cycle is None or self.cycle.response_complete
        late = self._head is not None and answered and not idle
        if late and seen is self.headers:
            self.refuse(408, f"the head of a request did not arrive within {seconds:g} s")
            return
        self._watch = self.loop.call_later(seconds, self._look, seconds, self.headers if late else object())

    def upgrades(self) -> bool:
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def _unsupported_upgrade_warning(self) -> None:
        stopped = sys.exception()
        if isinstance(stopped, httptools.HttpParserUpgrade) and self.upgrades():
            self._unread = stopped.args[0]

    def read_again(self, data: bytes) -> None:
        """Read the request, whose head ended in `data`, as one that does not ask for another protocol."""
        unread, self._unread = self._unread, 0
        first = b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        fields = [b"%b: %b\r\n" % field for field in self.headers if field[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
        self.data_received(b"".join((first, *fields, b"\r\n", data[unread:])))

    def send_400_response(self, msg: str) -> None:
        self.refuse(400, "this is not a request of HTTP/1.1")

    def refuse(self, status: int, detail: str) -> None:
        """Answer without a request, and close."""
        if self._front is not None and not self.transport.is_closing():
            self.answer(status, *self._front.refused(status, detail), keep_alive=False)
        self.transport.close()

    def answer(self, status: int, headers: list[Header], body: bytes, keep_alive: bool) -> None:
        """Write a whole answer at once, and close after it unless the connection is kept."""
        fields = [*self.server_state.default_headers, *headers]
        if not keep_alive:
            fields.append((b"connection", b"close"))
        lines = [b"%b: %b\r\n" % field for field in fields]
        self.transport.write(b"".join((STATUS_LINE[status], *lines, b"\r\n", body)))
        if not keep_alive:
            self.transport.close()
