"""The same table whoever serves it; the vendor's download code is driven for real against a local server."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest

from lab4.tests.support.scratch import LAB

SCRIPT = LAB / "data_creation.py"
# Runs the script with the vendor's own functions; only the two constants of titanic(), url and md5, change.
WITH_OTHER_SERVER = """
import runpy, sys
from catboost import datasets
url, md5, script, *arguments = sys.argv[1:]
code = datasets.titanic.__code__
constants = tuple(
    url if str(c).startswith("https://") else md5 if len(str(c)) == 32 else c for c in code.co_consts
)
assert sum(a is not b for a, b in zip(constants, code.co_consts)) == 2, code.co_consts
datasets.titanic.__code__ = code.replace(co_consts=constants)
sys.argv = [script, *arguments]
runpy.run_path(script, run_name="__main__")
"""


def archive(train: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in (("train.csv", train), ("test.csv", (LAB / "snapshot/test.csv").read_bytes())):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


class FileServer(ThreadingHTTPServer):
    daemon_threads = True
    body = b""
    silent = False
    asked: int = 0


class Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        self.server.asked += 1
        if self.server.silent:
            threading.Event().wait(30)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer(("127.0.0.1", 0), Handler) as running:
        running.body = archive((LAB / "snapshot/train.csv").read_bytes())
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        yield running
        running.shutdown()


def run(tmp: Path, *options: str, server: FileServer | None = None) -> subprocess.CompletedProcess[str]:
    """The script in a scratch folder with its own temporary folder, so that what it leaves can be seen."""
    command = [sys.executable, str(SCRIPT)]
    if server:
        url = f"http://127.0.0.1:{server.server_port}/titanic.tar.gz"
        md5 = hashlib.md5(server.body).hexdigest()
        command = [sys.executable, "-c", WITH_OTHER_SERVER, url, md5, str(SCRIPT)]
    (tmp / "tmp").mkdir(exist_ok=True)
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")} | {"TMPDIR": str(tmp / "tmp")}
    done = subprocess.run(
        [*command, *options], cwd=tmp, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert not done.stdout, "stdout belongs to the result"
    assert not list((tmp / "tmp").iterdir()), "a temporary file was left behind"
    return done


def test_both_sources_give_the_same_bytes(tmp_path: Path, server: FileServer) -> None:
    vendor = run(tmp_path, "--output", "vendor.csv", server=server)
    assert vendor.returncode == 0, vendor.stderr
    assert server.asked == 1
    assert "891 rows from catboost.datasets.titanic()" in vendor.stderr
    pinned = run(tmp_path, "--timeout", "0", "--output", "pinned.csv")
    assert "891 rows from the pinned copy snapshot/train.csv" in pinned.stderr
    original = (LAB / "snapshot/train.csv").read_bytes().replace(b"\r\n", b"\n")
    assert (tmp_path / "vendor.csv").read_bytes() == (tmp_path / "pinned.csv").read_bytes() == original


def test_a_silent_server_costs_no_more_than_the_timeout(tmp_path: Path, server: FileServer) -> None:
    server.silent = True
    start = monotonic()
    done = run(tmp_path, "--timeout", "0.5", "--output", "v0.csv", server=server)
    assert server.asked == 1
    assert done.returncode == 0, done.stderr
    assert "pinned copy" in done.stderr
    assert "gave no answer within 0.5 s" in done.stderr
    assert done.stderr.count("\n") == 1
    assert monotonic() - start < 20


def test_a_broken_download_is_answered_by_the_pinned_copy(tmp_path: Path, server: FileServer) -> None:
    run(tmp_path, "--timeout", "0", "--output", "expected.csv")
    whole, server.body = server.body, b"not an archive"
    done = run(tmp_path, "--output", "v0.csv", server=server)
    assert "pinned copy" in done.stderr
    assert done.stderr.count("\n") == 1
    server.body = whole
    assert (tmp_path / "v0.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_another_table_from_the_vendor_is_not_taken(tmp_path: Path, server: FileServer) -> None:
    server.body = archive((LAB / "snapshot/train.csv").read_bytes().replace(b"male,22,", b"male,23,"))
    done = run(tmp_path, "--output", "v0.csv", server=server)
    assert "sent another table" in done.stderr
    assert '1,0,3,"Braund, Mr. Owen Harris",male,22,' in (tmp_path / "v0.csv").read_text()


def test_a_changed_snapshot_is_refused_naming_file_and_both_hashes(tmp_path: Path) -> None:
    changed = tmp_path / "train.csv"
    changed.write_bytes((LAB / "snapshot/train.csv").read_bytes().replace(b",22,", b",21,"))
    (tmp_path / "v0.csv").write_text("the earlier run's\n")
    done = run(tmp_path, "--timeout", "0", "--snapshot", str(changed), "--output", "v0.csv")
    assert done.returncode == 1
    for part in (str(changed), hashlib.sha256(changed.read_bytes()).hexdigest(), "7d118fef8b6c"):
        assert part in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "v0.csv").read_text() == "the earlier run's\n"
