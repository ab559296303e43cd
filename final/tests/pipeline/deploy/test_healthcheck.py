"""The image's health check: only an answer of 200 in time is health."""

import socket
import subprocess
import threading
from pathlib import Path

import pytest

from core.base.paths import FINAL

SCRIPT = FINAL / "deploy" / "healthcheck.sh"


def check(port: int, folder: Path) -> int:
    """Its exit code in a container that was ready once, so that it does not wait for the start."""
    (folder / "was-ready").touch()
    return subprocess.run(
        ["bash", str(SCRIPT), str(port)], env={"TMPDIR": str(folder)}, timeout=60, check=False
    ).returncode


@pytest.mark.parametrize(
    ("answer", "healthy"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 200 \r\n\r\n", False),
        (b"HTTP/1.1 404 Not 200 Found\r\n\r\n", False),
        (b"", False),
        (None, False),  # it takes the connection and is silent
    ],
)
def test_only_200_is_health(answer: bytes | None, healthy: bool, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked: list[bytes] = []
        ended = threading.Event()

        def serve() -> None:
            with server.accept()[0] as line:
                asked.extend(iter(line.makefile("rb").readline, b"\r\n"))  # to the empty line
                if answer is None:
                    ended.wait(60)
                else:
                    line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        found = check(server.getsockname()[1], tmp_path)
        ended.set()
        thread.join()
    assert (found == 0) is healthy
    assert asked[0].split()[:2] == [b"GET", b"/readyz"]


def test_nobody_at_the_port_is_no_health(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert check(port, tmp_path) != 0
