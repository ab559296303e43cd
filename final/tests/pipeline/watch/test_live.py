"""watch.sh --every beside a service: the last look is in /watch and in the gauges, until it is told to stop."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving


@contextmanager
def watching(checkout: Checkout, log: Path) -> Iterator[subprocess.Popen[str]]:
    command = ["bash", str(checkout.root / "final" / "watch.sh"), "titanic", "--log", str(log), "--every", "1"]
    process = subprocess.Popen(
        command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(60)


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.2)


def gauges(service: Service) -> dict[str, float]:
    """Of the served model, by name."""
    lines = re.findall(r'^(watch_\w+){model="\w+"} (\S+)$', service.get("/metrics").text, re.MULTILINE)
    return {name: float(value) for name, value in lines}


def test_a_process_beside_the_service_keeps_looking(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("SERVICE_PREDICTION_LOG", str(log))
    monkeypatch.setenv("SERVICE_PREDICTION_LOG_SECONDS", "0.5")
    table = (checkout.product / "data" / "split" / "holdout.csv").read_bytes()
    with serving(checkout) as service, watching(checkout, log) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("watch: "), "there is nothing to look at yet"
        assert service.get("/watch").status_code == 404
        sent = httpx.post(
            f"{service.url}/predict/batch", content=table, headers={"content-type": "text/csv"}, timeout=60
        )
        assert sent.status_code == 200, sent.text
        wait_until(lambda: service.get("/watch").status_code == 200, process)
        facts = service.get("/watch").json()
        assert (facts["verdict"], facts["rows"]) == ("steady", int(sent.headers["x-rows"]))
        wait_until(lambda: "watch_verdict" in gauges(service), process)
        assert gauges(service)["watch_verdict"] == 0
        assert gauges(service)["watch_allowed_performance"] == facts["allowed"]

        file = checkout.product / "product.yaml"
        file.write_text(file.read_text() + "\nwatch: {floor: 0.6}\n")
        wait_until(lambda: gauges(service)["watch_allowed_performance"] == 0.6, process)

        process.send_signal(signal.SIGTERM)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert {line.split(",")[0] for line in stdout.splitlines()} == {"steady: titanic"}
    assert len(stdout.splitlines()) >= 2
    assert "steady" in (log / "watch.html").read_text()
