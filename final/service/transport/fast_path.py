"""The fast path: one row that came in one piece, without ASGI's task, scope and messages, which cost more."""

import logging
from collections.abc import Callable, Sequence
from time import perf_counter

from service.problems import MISTAKE, Problem
from service.state import Server
from service.transport.connections import Connections, Deadlines
from service.transport.head import Header, HeadReader
from service.transport.row import Answer, Times, content_encoding, refusal, unpacked

logger = logging.getLogger("service")
Send = Callable[[int, list[Header], bytes], None]  # a whole answer: status, headers, body


class FastPath:
    """What uvicorn's protocol asks of this service; one for an app."""

    def __init__(self, server: Server, heads: HeadReader, takes_rows: bool) -> None:
        """`takes_rows`: whether rows go this way; if not, it only refuses what is not a request."""
        self._server, self._heads = server, heads
        self.takes_rows = takes_rows
        self.deadlines = Deadlines.of(server.settings)
        self.connections = Connections.of(server.settings)
        self._pages_may_ask = bool(server.settings.cors_origins)

    def is_of_a_page(self, headers: Sequence[Header]) -> bool:
        """Whether a browser asks for a page of another origin, whose answer needs headers of CORS."""
        return self._pages_may_ask and any(name == b"origin" for name, _ in headers)

    def answer(self, headers: Sequence[Header], body: bytes, began: float, send: Send) -> None:
        """Answer a row that is here as a whole: `send` is called once, now or soon."""
        server, predictor = self._server, self._server.predictor
        head = self._heads.read(headers)
        received = perf_counter()

        def done(answer: Answer) -> None:
            seconds = perf_counter() - began
            server.metrics.answered("/predict", answer.status, seconds)
            server.note(head.request_id, headers, "/predict", answer.status, seconds)
            ids = [(b"x-request-id", head.request_id), predictor.version_header]
            send(answer.status, [*ids, *answer.headers], answer.body)

        try:
            server.authorise(headers)
            predictor.check_head(head.content_type, len(body))
            row = predictor.validate(body)
        except Problem as problem:
            done(refusal(unpacked(problem, content_encoding(headers))))
        except Exception:
            logger.exception("POST /predict failed")
            done(refusal(MISTAKE))
        else:
            predictor.answer(row, Times(began, received, perf_counter()), done, head.request_id)

    def refused(self, status: int, detail: str) -> tuple[list[Header], bytes]:
        """Headers and body of the answer to what was not a whole request."""
        _, headers, body = refusal(Problem(status, detail))
        request_id = self._heads.read(()).request_id
        self._server.metrics.answered("other", status, 0)
        self._server.note(request_id, (), "", status, 0)
        return [(b"x-request-id", request_id), self._server.predictor.version_header, *headers], body
