"""Rollback: the champion before, at once, without training, in the log; a later run does not undo it."""

import json
import shlex
import threading
import time
from collections.abc import Callable

import httpx

from tests.support.checkout import Twice
from tests.support.running_service import Service, serving


def test_rollback_returns_to_the_champion_before_and_sticks(twice: Twice) -> None:
    checkout, weak, good = twice.checkout, twice.weak, twice.good
    assert weak != good
    done = checkout.bash("rollback.sh", "--why", "complaints")
    assert (done.returncode, done.stdout) == (0, weak + "\n")
    assert checkout.champion() == weak

    again = checkout.bash("rollback.sh")
    assert again.returncode != 0
    assert "no earlier champion" in again.stderr

    rerun = checkout.bash("pipeline.sh")
    assert rerun.returncode == 0, rerun.stderr
    assert "was rolled back by" in rerun.stderr
    assert "complaints" in rerun.stderr
    assert checkout.champion() == weak

    back = checkout.bash("rollback.sh", "--to", good[:12])
    assert back.stdout == good + "\n"
    history = checkout.bash("rollback.sh", "--history").stdout.splitlines()
    assert [line.split()[1] for line in history] == ["promote", "promote", "rollback", "keep", "rollback"]


def wait_until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Until it holds; the time is that of a busy machine."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def ask_until(stop: threading.Event, service: Service, row: object, answers: list[str]) -> None:
    """Ask without a pause; the model of each answer, or what went wrong."""
    with httpx.Client(base_url=service.url, timeout=60) as client:
        while not stop.is_set():
            try:
                answers.append(client.post("/predict", json=row).raise_for_status().json()["model"])
            except httpx.HTTPError as error:
                answers.append(repr(error))


def test_a_running_service_follows_and_loses_no_request(twice: Twice) -> None:
    checkout, weak, good = twice.checkout, twice.weak, twice.good
    stop, answers = threading.Event(), list[str]()
    with serving(checkout) as service:
        row = json.loads(shlex.split(service.curl)[-1])
        asking = threading.Thread(target=ask_until, args=(stop, service, row, answers))
        asking.start()
        try:
            wait_until(lambda: len(answers) >= 100)
            assert checkout.bash("rollback.sh").stdout == weak + "\n"
            wait_until(lambda: answers[-100:].count(weak) == 100)
        finally:
            stop.set()
            asking.join(20)
    # all by the one, then all by the other: no failure, and no way back
    switch = answers.index(weak)
    assert answers == [good] * switch + [weak] * (len(answers) - switch)
