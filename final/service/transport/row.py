"""One row: validated, predicted, answered. The fast path and the FastAPI route of /predict both end here."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel

from service.metrics import Metrics
from service.model.live import Live
from service.problems import JSON, MISTAKE, Problem, busy
from service.settings import Settings
from service.transport.head import Header
from service.transport.microbatch import MicroBatcher, Predicted

ROW_TYPE = b"application/json"
logger = logging.getLogger("service")


class Answer(NamedTuple):
    """A whole answer, but for the headers that every answer has."""

    status: int
    headers: list[Header]
    body: bytes


class Times(NamedTuple):
    """By perf_counter: when the request began, its body was here, its row was validated."""

    began: float
    received: float
    validated: float


Done = Callable[[Answer], None]
AddToLog = Callable[[bytes, BaseModel, dict[str, Any]], None]  # request id, row, answer


class RowPredictor:
    """Answers single rows with one model."""

    def __init__(self, live: Live, metrics: Metrics, settings: Settings, log: AddToLog | None = None) -> None:
        self.live = live
        self.settings = settings
        self._log = log
        self._metrics = metrics
        self.version_header: Header = (b"x-model-version", live.version.encode())
        self._batcher = MicroBatcher(live, metrics, settings.micro_batch, settings.max_waiting)

    def check_head(self, content_type: bytes, length: int) -> None:
        """Raises Problem where the head says that this cannot be one row: 415, 413."""
        if content_type not in (b"", ROW_TYPE) and content_type.partition(b";")[0].strip().lower() != ROW_TYPE:
            shown = content_type.decode("latin-1")
            raise Problem(415, f"content type {shown!r}; one row is sent as application/json")
        if length > self.settings.max_row_bytes:
            raise too_long(self.settings.max_row_bytes)

    def validate(self, body: bytes) -> BaseModel:
        """The row of a body. Raises Problem: 503 without a verified model, 422."""
        live = self.live
        if live.serving.model is None:
            raise busy(503, live.serving.problem, seconds=5)
        try:
            return live.rows.read(body)
        except Problem as problem:
            self._metrics.breached({error["field"] for error in problem.errors}.intersection(live.rows.names))
            raise

    def answer(self, row: BaseModel, times: Times, done: Done, request_id: bytes = b"") -> None:
        """Predict a row together with those of other requests; `done` is called once, now or soon."""

        def predicted(result: Predicted | Exception) -> None:
            if isinstance(result, Problem):
                done(refusal(result))
            elif isinstance(result, Exception):
                logger.error("POST /predict failed", exc_info=result)
                done(refusal(MISTAKE))
            else:
                done(self._written(result, times))
                if self._log is not None:
                    self._log(request_id, row, result[0])

        try:
            self._batcher.ask(row, predicted)
        except Problem as problem:
            done(refusal(problem))

    async def answered(self, row: BaseModel, times: Times, request_id: bytes = b"") -> Answer:
        """The same, to be awaited."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def done(answer: Answer) -> None:
            if not future.done():  # the client may have gone
                future.set_result(answer)

        self.answer(row, times, done, request_id)
        return await future

    def _written(self, predicted: Predicted, times: Times) -> Answer:
        answer, taken, ended = predicted
        body = orjson.dumps({**answer, "model": self.live.version})
        written = perf_counter()
        timing = b"parse;dur=%.3f, validate;dur=%.3f, queue;dur=%.3f, predict;dur=%.3f, write;dur=%.3f" % (
            (times.received - times.began) * 1e3,
            (times.validated - times.received) * 1e3,
            (taken - times.validated) * 1e3,
            (ended - taken) * 1e3,
            (written - ended) * 1e3,
        )
        headers = [
            (b"content-type", ROW_TYPE),
            (b"content-length", b"%d" % len(body)),
            (b"server-timing", timing),
        ]
        return Answer(200, headers, body)


def too_long(most: int) -> Problem:
    return Problem(413, f"the body is longer than {most:,} bytes")


def refusal(problem: Problem, status: int = 0, kind: str = JSON, body: bytes = b"") -> Answer:
    """A problem as an answer; a protocol with a shape of its own gives status, content type and body."""
    body = body or problem.body()
    headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
    headers += [(name.lower().encode(), value.encode()) for name, value in (problem.headers or {}).items()]
    return Answer(status or problem.status, headers, body)


def unpacked(problem: Problem, encoding: bytes) -> Problem:
    """The same, or a 415 if the body was packed; asked only when the answer is a refusal anyway."""
    if problem.status != 422 or encoding.lower() in (b"", b"identity"):
        return problem
    shown = encoding.decode("latin-1")
    return Problem(415, f"content encoding {shown!r}; a body is sent as it is", headers={"accept-encoding": "identity"})


def content_encoding(headers: Iterable[Header]) -> bytes:
    return next((value for name, value in headers if name == b"content-encoding"), b"")
