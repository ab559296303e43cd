"""Rows of a job for the prediction log: an even sample, drawn beside the answers and sent after them."""

import logging
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel

from core.model.model import Scored
from service.batch.block import Answered, Block
from service.batch.write import key_texts
from service.model.cells import AT_ONCE
from service.model.live import Live
from service.prediction_log.columns import Entry, LogColumns

LONGEST = 64 * 1024  # characters of a row's texts; a longer row is not logged
logger = logging.getLogger("service")


class Drawn(NamedTuple):
    """A row of the sample. `draw` is a random number, of which the least ones are kept; `number` is its place."""

    draw: float
    number: int
    row: Any
    id: str | None
    scored: Scored


class Sample:
    """So many of the answered rows, each with the same chance, however many there will be; none until it has begun.

    The rows with the least of independent random numbers: P. S. Efraimidis and P. G. Spirakis, "Weighted random
    sampling with a reservoir", Information Processing Letters 97, 2006, for equal weights. A mistake here fails no job.
    """

    def __init__(self) -> None:
        self.answered = 0
        self._most, self._request, self._unlogged = 0, "", list[str]()
        self._rows = 0  # also those that were not answered
        self._random = np.random.default_rng()
        self._kept: list[Drawn] = []

    def begin(self, order: dict[str, Any] | None) -> None:
        """`order` says how many rows at most are for the log, the id of their request, and the columns to leave out."""
        if order is not None:
            self._most, self._request, self._unlogged = order["most"], order["request"], order["unlogged"]

    def add(self, live: Live, block: Block, answered: Answered) -> None:
        """Draw of the next block of the request."""
        first, self._rows = self._rows, self._rows + len(answered)
        if not self._most:
            return
        places = np.flatnonzero(answered.good)
        self.answered += len(places)
        draws = self._random.random(len(places))
        limit = self._kept[-1].draw if len(self._kept) == self._most else 1.0
        least = np.flatnonzero(draws < limit)
        least = least[np.argsort(draws[least])][: self._most]
        try:
            rows, ids = _objects(live, block, places[least]), _ids(block, places[least])
        except Exception:
            logger.exception("rows of a batch could not be logged")
            return
        taken = zip(draws[least].tolist(), places[least].tolist(), rows, ids, strict=True)
        new = [
            Drawn(draw, first + place, row, key, answered.at(place))
            for draw, place, row, key in taken
            if _characters([*row.values(), key]) <= LONGEST
        ]
        self._kept = sorted(self._kept + new, key=lambda drawn: drawn.draw)[: self._most]

    def stream(self, live: Live) -> bytes:
        """The rows with their answers as an Arrow stream of the log's columns; empty without rows.

        The request id of a row is that of its request, a slash, and the row's number there, from 0.
        """
        checked = [(drawn, live.rows.one_or_error(drawn.row)) for drawn in self._kept]
        good = [(drawn, row) for drawn, row in checked if isinstance(row, BaseModel)]
        if not good:
            return b""
        now = time.time()
        entries = [
            Entry(now, self._request_id(drawn), tuple(row.__dict__.values()), answer, drawn.id)
            for drawn, row in good
            for answer in live.answers.of(*drawn.scored)
        ]
        columns = LogColumns(live.serving.contract.features, live.version, self._unlogged)
        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, columns.schema) as stream:
            stream.write_batch(columns.batch(entries))
        return bytes(out.getvalue())

    def _request_id(self, drawn: Drawn) -> bytes:
        return f"{self._request}/{drawn.number}".encode("latin-1")


def _objects(live: Live, block: Block, places: np.ndarray) -> list[Any]:
    starts = range(0, len(places), AT_ONCE)
    return [row for start in starts for row in block.objects(live.rows, places[start : start + AT_ONCE])]


def _ids(block: Block, places: np.ndarray) -> list[str | None]:
    """The product's ids of some rows; None if a row has none."""
    keys: Any = block.keys
    if isinstance(keys, pa.Array):
        keys = keys.take(pa.array(places))
    elif keys is not None:
        keys = [keys[place] for place in places]
    return list(key_texts(keys, len(places)).to_pylist())


def _characters(cells: Iterable[Any]) -> int:
    return sum(len(cell) for cell in cells if isinstance(cell, str))
