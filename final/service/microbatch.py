"""Single rows of concurrent requests, predicted together.

A row does not wait for company: rows that came in during one turn of the event loop are predicted in the next. Alone, a
row is predicted at once; under load, the turns get longer and so do the batches. `most` rows of about 10 us each bound
how long a turn can be.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any

from pydantic import BaseModel

from service.live import Live
from service.metrics import Metrics
from service.problems import busy

logger = logging.getLogger("service")
# of one row: its answer, and when its batch began and ended, by perf_counter
Predicted = tuple[dict[str, Any], float, float]
Done = Callable[[Predicted | Exception], None]


class MicroBatcher:
    """One for each model that is served, so that a batch is of one model."""

    def __init__(self, live: Live, metrics: Metrics, most: int, bound: int) -> None:
        self._live, self._metrics, self._most, self._bound = live, metrics, most, bound
        self._waiting: deque[tuple[BaseModel, Done]] = deque()
        self._loop = asyncio.get_running_loop()

    def submit(self, row: BaseModel) -> asyncio.Future[Predicted]:
        """The answer to come. Raises Problem: 503 where too many rows wait."""
        future: asyncio.Future[Predicted] = self._loop.create_future()

        def done(found: Predicted | Exception) -> None:
            if future.done():  # the client has gone
                return
            if isinstance(found, Exception):
                future.set_exception(found)
            else:
                future.set_result(found)

        self.ask(row, done)
        return future

    def ask(self, row: BaseModel, done: Done) -> None:
        """Have `done` called with the answer, or with what went wrong. Raises Problem as `submit` does."""
        if len(self._waiting) >= self._bound:
            raise busy(503, f"{self._bound:,} rows wait to be predicted; ask again in a moment")
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append((row, done))

    def _flush(self) -> None:
        began = perf_counter()
        batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        if self._waiting:
            self._loop.call_soon(self._flush)
        try:
            scores = self._live.model.scores(self._live.rows.columns([row for row, _ in batch]))
            answers = self._live.answers.of(scores)
        except Exception as error:
            for _, done in batch:
                done(error)
            return
        ended = perf_counter()
        self._metrics.predicted(answers)
        for (_, done), answer in zip(batch, answers, strict=True):
            try:
                done((answer, began, ended))
            except Exception:  # of one row, which is not to cost the others theirs
                logger.exception("an answer could not be given")
