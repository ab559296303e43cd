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

from service.metrics import Metrics
from service.model.live import Live
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

    def ask(self, row: BaseModel, done: Done) -> None:
        """Have `done` called with the answer, or with what went wrong. Raises Problem: 503 if too many rows wait."""
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
        answers = self._answers([row for row, _ in batch])
        ended = perf_counter()
        self._metrics.predicted([answer for answer in answers if not isinstance(answer, Exception)])
        for (_, done), answer in zip(batch, answers, strict=True):
            try:
                done(answer if isinstance(answer, Exception) else (answer, began, ended))
            except Exception:  # of one row, which is not to cost the others theirs
                logger.exception("an answer could not be given")

    def _answers(self, rows: list[BaseModel]) -> list[dict[str, Any] | Exception]:
        """An answer for each row, or what went wrong with it, which costs no other row its answer."""
        live = self._live
        try:
            return [*live.answers.of(*live.require_model().scored(live.rows.columns(rows)))]
        except Exception as error:
            if len(rows) == 1:
                return [error]
        return [answer for row in rows for answer in self._answers([row])]
