"""Rows of a job for the prediction log: an even sample, drawn beside the answers, and made and sent after them."""

import logging
import time
from collections.abc import Iterator
from itertools import groupby
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

LONGEST = 64 * 1024  # bytes of a row; longer ones are not logged
logger = logging.getLogger("service")


class Drawn(NamedTuple):
    """A row of the sample. `draw` is a random number, of which the least ones are kept.

    `part` and `place` say where the row is: in the part of a block that was drawn with it. `number` is that of the row
    in its request.
    """

    draw: float
    number: int
    part: Block
    place: int
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
            part = block.taken(places[least])
        except Exception:
            logger.exception("rows of a batch could not be logged")
            return
        if part.size > LONGEST * len(part):
            return
        new = [
            Drawn(draw, first + number, part, place, answered.at(number))
            for place, (draw, number) in enumerate(zip(draws[least].tolist(), places[least].tolist(), strict=True))
        ]
        self._kept = sorted(self._kept + new, key=lambda drawn: drawn.draw)[: self._most]

    def stream(self, live: Live) -> bytes:
        """The rows with their answers, in random order, as an Arrow stream of the log's columns; empty without rows.

        The request id of a row is that of its request, a slash, and the row's number there, from 0.
        """
        columns = LogColumns(live.serving.contract.features, live.version, self._unlogged)
        entries = list(self._entries(live))
        if not entries:
            return b""
        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, columns.schema) as stream:
            stream.write_batch(columns.batch([entries[place] for place in self._random.permutation(len(entries))]))
        return bytes(out.getvalue())

    def _entries(self, live: Live) -> Iterator[Entry]:
        now = time.time()
        by_part = sorted(self._kept, key=lambda drawn: id(drawn.part))
        for _, group in groupby(by_part, key=lambda drawn: id(drawn.part)):
            drawn = list(group)
            answers = [answer for row in drawn for answer in live.answers.of(*row.scored)]
            try:
                rows = [live.rows.one_or_error(row) for row in _objects(live, drawn)]
                ids = _ids(drawn)
            except Exception:
                logger.exception("rows of a batch could not be logged")
                continue
            for (_, number, *_), row, answer, key in zip(drawn, rows, answers, ids, strict=True):
                if isinstance(row, BaseModel):
                    request_id = f"{self._request}/{number}".encode("latin-1")
                    yield Entry(now, request_id, tuple(row.__dict__.values()), answer, key)


def _objects(live: Live, drawn: list[Drawn]) -> list[Any]:
    """The rows of one part, as the contract's model takes them."""
    places = np.array([row.place for row in drawn])
    starts = range(0, len(places), AT_ONCE)
    return [row for start in starts for row in drawn[0].part.objects(live.rows, places[start : start + AT_ONCE])]


def _ids(drawn: list[Drawn]) -> list[str | None]:
    """The product's ids of rows of one part; None if a row has none."""
    part = drawn[0].part
    keys = key_texts(part.keys, len(part))
    return list(keys.take(pa.array([row.place for row in drawn])).to_pylist())
