"""The prediction log: a request adds an entry to a queue, and a thread of its own writes the files.

A request never waits: an entry beyond the rate, or one for which the queue has no place because the disk is slow or
full, is counted as lost and forgotten.
"""

import logging
import threading
import time
from collections import deque
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from service.metrics import Metrics
from service.model.live import Live
from service.prediction_log.columns import Entry, LogColumns
from service.prediction_log.files import LogFolder
from service.prediction_log.watched import Watched
from service.settings import Settings
from service.transport.row import AddToLog

QUEUE = 10_000  # entries; some 2 KB each
TURN = 1.0  # seconds between two looks of the thread at the queue
LAST_WORDS = 2.0  # seconds that a service which stops waits for the last file
WRITTEN, RATE, FULL, FAILED = "written", "over_rate", "queue_full", "write_failed"
logger = logging.getLogger("service")


class PredictionLog:
    """One for a process. What `of` gives is for one thread, the event loop's."""

    def __init__(self, folder: Path, settings: Settings, metrics: Metrics) -> None:
        """`metrics` are told what became of rows: written, over_rate, queue_full or write_failed."""
        self.files = LogFolder(folder, settings.prediction_log_bytes, settings.prediction_log_days)
        self._count = metrics.log_rows
        self.watched = Watched(folder, metrics.registry)
        self._rate, self._file_rows = settings.prediction_log_rate, settings.prediction_log_rows
        self._file_seconds = settings.prediction_log_seconds
        self._queue: deque[tuple[LogColumns, Entry] | pa.RecordBatch] = deque()
        self._queued, self._taken = 0, 0  # rows so far; written by the event loop alone, and by the thread
        self._second, self._in_second = 0, 0
        self._refused = {RATE: 0, FULL: 0}  # rows so far; written by the event loop alone
        self._counted = {RATE: 0, FULL: 0}  # those that metrics know of
        self._batches: list[pa.RecordBatch] = []
        self._opened = 0.0  # when the first row of the next file came, by monotonic
        self._failing = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prediction log", daemon=True)

    def start(self) -> None:
        pa.array([])  # Arrow imports pandas with its first array, where it is there: now, before the service freezes
        self._thread.start()

    def of(self, live: Live) -> AddToLog:
        """The function that logs what a model has answered."""
        columns = LogColumns(live.serving.contract.features, live.version, live.serving.unlogged)

        def add(request_id: bytes, row: BaseModel, answer: dict[str, Any]) -> None:
            now = time.time()
            # most rows of a busy service, so they should cost next to nothing
            if self._in_second >= self._rate and int(now) == self._second:
                self._refused[RATE] += 1
            elif self.places(now):
                self._queue.append((columns, Entry(now, request_id, tuple(row.__dict__.values()), answer)))

        return add

    def order(self, live: Live, request_id: bytes) -> dict[str, Any]:
        """What the batch process is told: how many of a job's rows it may send, as what, and without which columns.

        However long a job is, it sends no more than one second may have.
        """
        unlogged = sorted(live.serving.unlogged)
        return {"most": self._rate, "request": request_id.decode("latin-1"), "unlogged": unlogged}

    def add_sample(self, answered: int, content: bytes) -> None:
        """Log a sample, in random order, of a job's answered rows: an Arrow stream of the log's columns."""
        try:
            batch = pa.ipc.open_stream(content).read_next_batch()
        except (pa.ArrowException, StopIteration):  # the batch process has ended, or could not make it
            self._count(FAILED, answered)
            return
        self._refused[RATE] += answered - batch.num_rows
        rows = self.places(time.time(), batch.num_rows)
        if rows:
            self._queue.append(batch.slice(0, rows))

    def places(self, now: float, rows: int = 1) -> int:
        """How many of these rows may be queued now; the others are counted. The only work of a lost row."""
        second = int(now)
        if second != self._second:
            self._second, self._in_second = second, 0
        in_rate = min(rows, self._rate - self._in_second)
        places = min(in_rate, QUEUE - self._queued + self._taken)
        self._in_second += in_rate
        self._queued += places
        if places < rows:
            self._refused[RATE] += rows - in_rate
            self._refused[FULL] += in_rate - places
        return places

    def stop(self) -> None:
        """Write what is waiting, unless that takes too long."""
        self._ended.set()
        self._thread.join(LAST_WORDS)

    def _run(self) -> None:
        while not self._ended.wait(TURN):
            self.turn()
        self.turn(last=True)

    def turn(self, last: bool = False) -> None:
        """Take what is waiting, and write a file if there are rows enough for one or it is time; the thread's loop."""
        for outcome, rows in self._refused.items():
            if rows > self._counted[outcome]:
                self._count(outcome, rows - self._counted[outcome])
                self._counted[outcome] = rows
        waiting = [self._queue.popleft() for _ in range(len(self._queue))]
        samples = [item for item in waiting if isinstance(item, pa.RecordBatch)]
        pairs = [item for item in waiting if isinstance(item, tuple)]
        self._taken += len(pairs) + sum(sample.num_rows for sample in samples)
        for columns, group in groupby(pairs, key=lambda pair: pair[0]):
            self._take(columns, [entry for _, entry in group])
        for sample in samples:
            self._add(sample)
        rows = sum(batch.num_rows for batch in self._batches)
        is_time = time.monotonic() - self._opened >= self._file_seconds
        if rows and (last or is_time or rows >= self._file_rows):
            self._write()

    def _take(self, columns: LogColumns, entries: list[Entry]) -> None:
        try:
            self._add(columns.batch(entries))
        except Exception as error:  # of a value that the column cannot hold: the log ends for nobody
            self._lost(len(entries), f"rows could not be written: {error}")

    def _add(self, batch: pa.RecordBatch) -> None:
        if self._batches and self._batches[0].schema != batch.schema:
            self._write()
        if not self._batches:
            self._opened = time.monotonic()
        self._batches.append(batch)

    def _write(self) -> None:
        batches, self._batches = self._batches, []
        rows = sum(batch.num_rows for batch in batches)
        try:
            self.files.write(batches)
        except Exception as error:
            self._lost(rows, str(error))
            return
        self._count(WRITTEN, rows)
        if self._failing:
            logger.warning("the prediction log is written again: %s", self.files.path)
        self._failing = ""
        try:
            self.files.prune()
        except OSError as error:
            logger.warning("old files of the prediction log were not removed: %s", error)

    def _lost(self, rows: int, reason: str) -> None:
        """Count rows, and say why once, until a file is written again."""
        self._count(FAILED, rows)
        if not self._failing:
            logger.error("the prediction log loses rows, predictions go on: %s", reason)
        self._failing = reason
