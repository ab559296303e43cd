"""Signals, keys that change and workers that die, as whoever runs the service meets them."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving
from tests.support.servers import until

HALF_OPEN = (
    b"GET /heal",
    b"POST /predict HTTP/1.1\r\nhost: a\r\nx-api-key: open\r\ncontent-length: 10\r\n\r\n",
    b"POST /predict/batch HTTP/1.1\r\nhost: a\r\nx-api-key: open\r\ncontent-length: 10\r\n\r\n[",
    b"POST /nothing HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n[",
    b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n",
)


def line(name: str, key: str) -> str:
    return f"{name} {hashlib.sha256(key.encode()).hexdigest()}\n"


def statuses(service: Service, key: str) -> set[int]:
    """Of several connections, so that each worker is likely to be asked."""
    return {httpx.get(service.url + "/contract", headers={"x-api-key": key}, timeout=30).status_code for _ in range(8)}


def workers(service: Service) -> list[psutil.Process]:
    running = []
    for child in psutil.Process(service.process.pid).children():
        with suppress(psutil.NoSuchProcess):  # it has ended
            if "spawn_main" in " ".join(child.cmdline()):
                running.append(child)
    return running


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    (tmp_path / "keys.txt").write_text(line("me", "sesame"))
    return tmp_path / "keys.txt"


@pytest.fixture
def service(trained: Checkout, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("SERVICE_SHUTDOWN_SECONDS", "1")
    monkeypatch.setenv("SERVICE_ACCESS_LOG", "1")
    with serving(trained, "serve.sh", "--workers", "2", "--api-keys-file", str(keys)) as started:
        until(lambda: statuses(started, "sesame") == {200})
        yield started


def test_keys_change_a_worker_dies_and_half_open_requests_do_not_hold_it_up(
    service: Service, keys: Path, tmp_path: Path
) -> None:
    keys.write_text(line("you", "open"))
    service.process.send_signal(signal.SIGHUP)
    until(lambda: (statuses(service, "sesame"), statuses(service, "open")) == ({401}, {200}))
    (folder,) = tmp_path.glob("service-metrics-*")
    killed = workers(service)[0].pid
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in {worker.pid for worker in workers(service)} and len(workers(service)) == 2)
    assert not list(folder.glob(f"gauge_live*_{killed}.db"))
    assert list(folder.glob(f"counter_{killed}.db"))  # what it had counted was asked of the service
    host, port = service.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for request in HALF_OPEN:
            stack.enter_context(socket.create_connection((host, int(port)))).sendall(request)
        assert statuses(service, "open") == {200}
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0
    assert service.process.stderr is not None
    log = service.process.stderr.read()
    assert "Traceback" not in log
    assert not folder.exists()
    lines = [json.loads(text) for text in log.splitlines() if text.startswith("{")]
    assert {"me", "you", None} == {line["key"] for line in lines}
    assert {(line["path"], line["status"]) for line in lines} >= {("/contract", 200), ("/contract", 401)}


def test_the_batch_process_ends_without_a_word_where_its_server_has_ended(trained: Checkout) -> None:
    model = trained.champion()
    folder = trained.product / "registry" / "models" / model
    server, process = socket.socketpair()
    with process:
        server.close()
        done = subprocess.run(
            [sys.executable, "-m", "service.batch.process", str(process.fileno()), str(folder), model],
            cwd=trained.root / "final", pass_fds=[process.fileno()], capture_output=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_mistake_that_ends_each_worker_is_told_once(trained: Checkout, keys: Path) -> None:
    keys.write_text("me 123\n")
    done = trained.bash("serve.sh", "--port", "0", "--workers", "2", "--api-keys-file", str(keys))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"serve: {keys}:1: must be a name and a sha256")
    assert done.stderr.count("sha256") == 1
