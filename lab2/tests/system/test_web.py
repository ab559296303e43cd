"""A web server for real, on loopback: the table arrives whole, or one message names the address without its secrets."""

import socket
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pandas as pd
import pytest

from lab2.data_collection import SNAPSHOT, collect
from lab2.inputs import InputError


class Site(BaseHTTPRequestHandler):
    """The table, the table for those with a password, and ways to fail."""

    def do_GET(self) -> None:
        content = SNAPSHOT.read_bytes()
        if self.path == "/missing.csv":
            self.send_error(404)
            return
        if self.path == "/moved.csv":
            self.send_response(302)
            self.send_header("Location", "/weather.csv")
            self.end_headers()
            return
        if self.path.startswith("/private.csv") and self.headers["Authorization"] != "Basic bWU6czNjcmV0":
            self.send_error(401)
            return
        if self.path == "/page.csv":
            content = b"<html>hello</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:20000] if self.path == "/cut.csv" else content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("path", ["weather.csv", "moved.csv", "me:s3cret@private.csv?token=t0ken"])
def test_web_brings_the_same_table(site: str, path: str, weather: pd.DataFrame) -> None:
    user, _, page = path.rpartition("@")
    table, name = collect(f"http://{user}{'@' if user else ''}{site}/{page}", None)
    pd.testing.assert_frame_equal(table, weather)
    assert name == f"http://{site}/{page.partition('?')[0]}"


def test_web_that_fails_is_refused(site: str) -> None:
    with closing(socket.socket()) as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
        cases = {
            f"http://me:s3cret@{nobody}/weather.csv": ["no answer", nobody],
            f"http://{site}/missing.csv": ["404", "missing.csv"],
            f"http://me:s3cret2@{site}/private.csv?key=s3cret": ["401", "private.csv"],
            f"http://{site}/cut.csv": ["no answer", "cut.csv"],
            f"http://{site}/page.csv": ["one column date", "page.csv"],
            "http://me:s3cret@host:port/weather.csv": ["not a URL"],
        }
        for source, words in cases.items():
            with pytest.raises(InputError) as refusal:
                collect(source, None)
            assert all(word in str(refusal.value) for word in words), refusal.value
            assert "s3cret" not in str(refusal.value)
