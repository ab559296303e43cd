"""The service as a person starts it: by a bash file, on a free port, stopped by Ctrl-C."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.checkout import Checkout

BUSY = 120  # seconds that a busy machine may take for an answer


@dataclass
class Service:
    url: str
    curl: str
    process: subprocess.Popen[str]
    said: str

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=BUSY)

    def post(self, path: str, body: object) -> httpx.Response:
        return httpx.post(self.url + path, json=body, timeout=BUSY)


@contextmanager
def serving(checkout: Checkout, script: str = "serve.sh", *arguments: str, at: Path | None = None) -> Iterator[Service]:
    """Start SCRIPT on a free port, from the folder `at`, wait for the curl line that it prints, stop it by Ctrl-C."""
    process = subprocess.Popen(
        ["bash", str(checkout.root / "final" / script), *arguments, "--port", "0"],
        cwd=at,
        env={**os.environ, "TITANIC_TIMEOUT": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said, url = "", ""
    try:
        assert process.stderr is not None
        for line in process.stderr:
            said += line
            if line.startswith("curl "):
                url = re.search(r"http://[^/]+", line).group()  # type: ignore[union-attr]
                break
        assert url, said
        yield Service(url, said.splitlines()[-1], process, said)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
