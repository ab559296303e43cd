"""Workers that end are started again, but not for ever one that cannot start."""

import os
import signal
import socket
import tempfile
import time
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn

from core.base.errors import UserError
from service import workers
from service.workers import METRICS, Workers


class Worker:
    """A process of the supervisor, in the states that a test gives it."""

    started: list["Worker"]

    def __init__(self, *_: Any) -> None:
        self.pid = 1000 + len(Worker.started)
        self.alive, self.ready, self.exitcode = True, False, 1
        Worker.started.append(self)

    def is_alive(self, timeout: float) -> bool:
        return self.alive

    def is_ready(self) -> bool:
        return self.ready

    def nothing(self) -> None: ...

    start = kill = join = terminate = nothing


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Workers:
    """Of two workers that have just been started; the time stands still."""
    Worker.started = []
    monkeypatch.setattr(workers, "Process", Worker)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(workers, "mark_process_dead", lambda *_: None)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    monkeypatch.setenv(METRICS, "none")
    supervised = Workers(uvicorn.Config("app", workers=2), [])
    supervised.processes = [Worker(), Worker()]  # type: ignore[list-item]
    return supervised


def test_none_that_can_start_is_the_end(supervisor: Workers) -> None:
    Worker.started[0].alive = False
    supervisor.keep_subprocess_alive()
    assert supervisor.failed
    assert supervisor.should_exit.is_set()
    assert len(Worker.started) == 2


def test_one_that_was_killed_is_replaced_and_its_metrics_are_dead(
    supervisor: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead: list[int] = []
    monkeypatch.setattr(workers, "mark_process_dead", lambda pid, _: dead.append(pid))
    for worker in Worker.started:
        worker.ready = True
    supervisor.keep_subprocess_alive()
    Worker.started[0].alive = False
    supervisor.keep_subprocess_alive()
    assert [process.pid for process in supervisor.processes] == [1002, 1001]
    assert dead == [1000]
    assert not supervisor.failed


def test_one_that_cannot_start_is_tried_again_after_longer_and_longer(
    supervisor: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    Worker.started[1].ready = True
    supervisor.keep_subprocess_alive()
    starts = []
    for second in range(40):
        monkeypatch.setattr(time, "monotonic", lambda now=second: float(now))
        before = len(Worker.started)
        supervisor.processes[0].alive = False  # type: ignore[attr-defined]
        supervisor.keep_subprocess_alive()
        starts += [second] * (len(Worker.started) - before)
    assert starts == [2, 7, 16, 33]
    assert not supervisor.failed


def test_sighup_is_for_workers_that_are_ready(supervisor: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *what: sent.append(what))
    Worker.started[1].ready = True
    supervisor.keep_subprocess_alive()
    supervisor.handle_hup()
    assert sent == [(1001, signal.SIGHUP)]


def test_a_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(**_: Any) -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "mkdtemp", nowhere)
    monkeypatch.setattr(workers, "Workers", lambda *_: SimpleNamespace())
    with pytest.raises(UserError, match="TMPDIR names one"), socket.socket() as listener:
        workers.run(uvicorn.Config("app", workers=2), listener)
