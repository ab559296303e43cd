"""Several worker processes on one socket, watched by the process that was started."""

import logging
import os
import shutil
import signal
import socket
import tempfile
import time

from prometheus_client.multiprocess import mark_process_dead
from uvicorn import Config
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from core.base.errors import UserError

METRICS = "PROMETHEUS_MULTIPROC_DIR"
LONGEST_PAUSE = 60.0
logger = logging.getLogger("service")


class Workers(Multiprocess):
    """uvicorn's supervisor; SIGHUP is passed on, and a worker that cannot start is not started for ever."""

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._ready: set[int | None] = set()
        self._ended: set[int | None] = set()
        self._starts_failed = 0  # one after the other
        self._next_start = 0.0
        self.failed = False

    def handle_hup(self) -> None:
        for process in self.processes:
            if process.pid in self._ready and process.pid is not None:
                os.kill(process.pid, signal.SIGHUP)

    def keep_subprocess_alive(self) -> None:
        """Start a worker in place of one that ended. If none answers and one cannot start, stop instead."""
        for number, process in enumerate(self.processes):
            if process.pid not in self._ended and process.is_alive(timeout=self.config.timeout_worker_healthcheck):
                if process.pid not in self._ready and process.is_ready():
                    self._ready.add(process.pid)
                    self._starts_failed = 0
                continue
            if process.pid not in self._ended:
                self._note_end(process)
            if self.failed:
                self.should_exit.set()
                return
            if time.monotonic() >= self._next_start:
                self._ended.discard(process.pid)
                self.processes[number] = Process(self.config, self.sockets)
                self.processes[number].start()

    def _note_end(self, process: Process) -> None:
        was_ready = process.pid in self._ready
        process.kill()  # one that hangs; the others have ended
        process.join()
        self._ready.discard(process.pid)
        self._ended.add(process.pid)
        mark_process_dead(process.pid, os.environ[METRICS])  # type: ignore[no-untyped-call]
        self._starts_failed += not was_ready
        pause = min(LONGEST_PAUSE, 2.0**self._starts_failed) if self._starts_failed else 0.0
        self._next_start = time.monotonic() + pause
        self.failed = not was_ready and not self._ready
        if not self.failed:
            logger.error("worker %s ended with %s; another is started in %g s", process.pid, process.exitcode, pause)


def run(config: Config, listener: socket.socket) -> None:
    """Serve until told to stop. Raises UserError if no worker could start."""
    workers = Workers(config, [listener])
    try:
        os.environ[METRICS] = tempfile.mkdtemp(prefix="service-metrics-")
    except OSError as error:
        raise UserError(f"several workers need a folder for their counters; TMPDIR names one: {error}") from None
    try:
        workers.run()
    finally:
        shutil.rmtree(os.environ[METRICS], ignore_errors=True)
    if workers.failed:
        raise UserError(f"none of {config.workers} workers could start; the lines above say why")
