"""uvicorn's HTTP protocol, with a short way for what nearly all requests are: one row that came in one piece.

ASGI costs such a row a task, a scope and two messages, which is more than its prediction. Here its headers and body go
to `Front.at_once`, and the answer goes out in one write, so that no client ever has half of it. Everything else (a body
in pieces, a pipelined request, a reader that does not keep up, another path) goes uvicorn's own way, and is answered
the same.
"""

from time import perf_counter
from typing import Any

from service.guarded import MOST_HEAD, Guarded
from service.refusal import Header


class _Nobody:
    """Who waits for further messages of a request that has none."""

    def set(self) -> None: ...


class _Short:
    """What uvicorn asks of a request under way."""

    message_event = _Nobody()

    def __init__(self, keep_alive: bool) -> None:
        self.keep_alive, self.disconnected, self.response_complete = keep_alive, False, False


class ShortWay(Guarded):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._held: list[bytes] | None = None  # the body so far of a request that may go the short way
        self._began = 0.0

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._unread:
            self.read_again(data)
        elif self._held is not None:  # the rest of the body is yet to come
            held, self._held = self._held, None
            if not self.transport.is_closing():
                super().on_headers_complete()
                for piece in held:
                    super().on_body(piece)
        elif self._head is not None and self._head > MOST_HEAD:
            self.refuse(431, f"the head of a request may have {MOST_HEAD:,} bytes")

    def on_headers_complete(self) -> None:
        self._head = None
        if (
            self.url == b"/predict"
            and self._front is not None
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.expect_100_continue
            and not self.upgrades()
            and self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
        ):
            self._held, self._began = [], perf_counter()
        elif not self.upgrades():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._held is None:
            super().on_body(body)
        else:
            self._held.append(body)

    def on_message_complete(self) -> None:
        self._head = 0
        if self._held is None or self._front is None:
            if not self.upgrades():
                super().on_message_complete()
            return
        body, self._held = b"".join(self._held), None
        request = _Short(self.parser.should_keep_alive())
        self.cycle = request  # type: ignore[assignment]

        def send(status: int, headers: list[Header], text: bytes) -> None:
            request.response_complete = True
            if request.disconnected or self.transport.is_closing():
                return
            self.answer(status, headers, text, request.keep_alive)
            self.on_response_complete()

        self._front.at_once(self.headers, body, self._began, send)
