"""What is too much, too long, of another type or without a key is refused, in words, and the settings say so."""

import gzip
import hashlib
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from service.settings import table
from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving

README = Path(__file__).parents[3] / "service" / "README.md"
LIMITS = {
    "SERVICE_MAX_ROW_BYTES": "2000",
    "SERVICE_MAX_BODY_BYTES": "20000",
    "SERVICE_MAX_BATCH_BYTES": "300000",
    "SERVICE_MAX_BATCH_ROWS": "500",
    "SERVICE_MAX_EXPLAIN_ROWS": "3",
    "SERVICE_MAX_BATCHES": "2",
    "SERVICE_REQUEST_SECONDS": "1",
    "SERVICE_KEEP_ALIVE_SECONDS": "2",
    "SERVICE_ACCESS_LOG": "1",
    "SERVICE_WATCH_SECONDS": "0.1",
}


@pytest.fixture(scope="module")
def keyed(trained: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with small limits and one key, "sesame"."""
    keys = tmp_path_factory.mktemp("keys") / "keys.txt"
    keys.write_text(f"# who: hash\nthe tests {hashlib.sha256(b'sesame').hexdigest()}\n")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LIMITS.items():
            patch.setenv(name, value)
        with serving(trained, "serve.sh", "--host", "0.0.0.0", "--api-keys-file", str(keys)) as started:
            started.url = started.url.replace("0.0.0.0", "127.0.0.1")
            yield started


@pytest.fixture(scope="module")
def client(keyed: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=keyed.url, headers={"x-api-key": "sesame"}, timeout=40) as opened:
        yield opened


@pytest.fixture(scope="module")
def row(client: httpx.Client) -> dict[str, object]:
    found: dict[str, object] = client.get("/contract").json()["examples"][0]
    return found


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    assert words in answer.json()["detail"]


def test_without_the_key_nobody_is_answered_but_probes(keyed: Service, row: dict[str, object]) -> None:
    for headers in ({}, {"x-api-key": "open"}, {"authorization": "Bearer open"}):
        refused(httpx.post(keyed.url + "/predict", json=row, headers=headers), 401, "an API key is needed")
    for path in ("/contract", "/model", "/metrics", "/v2/models/titanic", "/docs", "/openapi.json"):
        assert httpx.get(keyed.url + path).status_code == 401
    for path in ("/healthz", "/readyz", "/ping", "/v2/health/ready"):
        assert httpx.get(keyed.url + path).status_code == 200
    bearer = httpx.post(keyed.url + "/predict", json=row, headers={"authorization": "Bearer sesame"})
    assert bearer.status_code == 200


def test_what_is_too_long_is_a_413(client: httpx.Client, row: dict[str, object]) -> None:
    refused(client.post("/predict", json={**row, "Name": "x" * 3000}), 413, "longer than 2,000 bytes")

    def in_pieces() -> Iterator[bytes]:
        yield from (b" " * 1000 for _ in range(4))

    refused(client.post("/predict", content=in_pieces()), 413, "longer than 2,000 bytes")
    refused(client.post("/predict/batch", json=[row] * 501), 413, "more than 500 rows")
    refused(client.post("/predict/batch", json=[row] * 2500), 413, "longer than 300,000 bytes")
    refused(client.post("/explain", json=[row] * 4), 413, "at most 3 rows are taken at once")
    answer = client.post("/invocations", json={"dataframe_records": [row] * 200})
    assert (answer.status_code, answer.json()["error_code"]) == (413, "BAD_REQUEST")


def test_another_content_type_is_a_415(client: httpx.Client) -> None:
    for path in ("/predict", "/predict/batch", "/explain"):
        refused(client.post(path, content=b"<a/>", headers={"content-type": "text/xml"}), 415, "'text/xml'")
    kind = {"content-type": "application/jsonp"}
    refused(client.post("/predict", content=b"{}", headers=kind), 415, "'application/jsonp'")
    kind = {"content-type": "Application/JSON; charset=utf-8"}
    refused(client.post("/predict", content=b"{}", headers=kind), 422, "required field is missing")


def test_a_packed_body_is_a_415_that_says_so(client: httpx.Client, row: dict[str, object]) -> None:
    packed = {"content-encoding": "gzip", "content-type": "application/json"}
    for path, body in (("/predict", row), ("/predict/batch", [row]), ("/explain", row)):
        answer = client.post(path, content=gzip.compress(json.dumps(body).encode()), headers=packed)
        refused(answer, 415, "content encoding 'gzip'")
        assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("application/json", b"{}", "must be a JSON array"),
        ("application/json", b"[{}, {]", "row 1: not JSON"),
        ("application/json", b"[{}", "not complete"),
        ("application/json", b"[] []", "something follows"),
        ("application/json", b"[\xff]", "not UTF-8"),
        ("text/csv", b"Age,Weight\n1,2\n", "Weight: unknown column"),
        ("text/csv", b"Age,Age\n1,2\n", "Age: column is there twice"),
        ("text/csv", b"", "no header"),
        ("application/vnd.apache.arrow.stream", b"nonsense", "not an Arrow stream"),
    ],
)
def test_a_batch_that_is_no_table_is_a_422(client: httpx.Client, kind: str, body: bytes, words: str) -> None:
    refused(client.post("/predict/batch", content=body, headers={"content-type": kind}), 422, words)


@contextmanager
def connection(service: Service) -> Iterator[socket.socket]:
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        yield line


HEAD = b"POST %b HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n%b\r\n"
KEY = b"x-api-key: sesame\r\n"


def until_closed(line: socket.socket) -> bytes:
    with line.makefile("rb") as stream:
        return stream.read()


def test_who_sends_no_body_holds_neither_a_place_nor_a_connection(client: httpx.Client, keyed: Service) -> None:
    asked: dict[bytes, tuple[bytes, bytes]] = {  # what is sent, and what is answered before the end
        HEAD % (b"/predict", KEY): (b"", b"408"),
        HEAD % (b"/predict", KEY) + b"{": (b"", b"408"),
        HEAD % (b"/predict/batch", KEY): (b"", b"408"),
        HEAD % (b"/explain", KEY) + b"[": (b"", b"408"),
        HEAD % (b"/predict", b""): (b" ", b"401"),
        HEAD % (b"/nothing", b""): (b" ", b"404"),
        b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n": (b"\r\n", b"200"),
    }
    with ExitStack() as stack:
        lines = {request: stack.enter_context(connection(keyed)) for request in asked}
        for request, line in lines.items():
            line.sendall(request)
        # the two jobs without a body would have both places; with one of them taken here, neither is turned away
        assert client.post("/predict/batch", content=b"[]").status_code == 200
        for request, (trickle, status) in asked.items():
            with suppress(ConnectionError):
                lines[request].sendall(trickle)
                assert until_closed(lines[request])[9:12] == status, request


def test_a_head_that_does_not_come_is_a_408_on_a_new_connection_and_on_a_used_one(keyed: Service) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
    for first in (b"", whole):
        with connection(keyed) as line:
            line.sendall(first)
            stream = line.makefile("rb")
            while first and stream.read(1) != b"}":
                pass
            line.sendall(whole[:-2])
            assert stream.readline() == b"HTTP/1.1 408 Request Timeout\r\n"
            assert b"did not arrive within 1 s" in stream.read()  # to the end: it is closed
    with connection(keyed) as line:  # a head that takes its time, but comes
        for piece in (whole[:9], whole[9:-2], whole[-2:]):
            line.sendall(piece)
            time.sleep(0.1)
        assert line.recv(100).startswith(b"HTTP/1.1 200")


def test_a_head_without_end_is_a_431(keyed: Service) -> None:
    with connection(keyed) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: ")
        with suppress(ConnectionError):
            for _ in range(100):
                line.sendall(b"x" * 10_000)
                time.sleep(0.001)
        assert line.recv(100).startswith(b"HTTP/1.1 431")


def test_beyond_loopback_it_starts_with_keys_or_insecure_only(trained: Checkout, tmp_path: Path) -> None:
    done = trained.bash("serve.sh", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert "needs API keys: --api-keys-file FILE" in done.stderr
    keys = tmp_path / "keys.txt"
    for text, words in (("", "has no keys"), ("me 123\n", "keys.txt:1: must be a name and a sha256")):
        keys.write_text(text)
        done = trained.bash("serve.sh", "--host", "0.0.0.0", "--port", "0", "--api-keys-file", str(keys))
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    with serving(trained, "serve.sh", "--host", "0.0.0.0", "--insecure") as service:
        assert service.get("/readyz").status_code == 200


def test_a_setting_that_cannot_be_is_said(trained: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_MAX_BATCHES", "none")
    done = trained.bash("serve.sh", "--port", "0")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("serve: SERVICE_MAX_BATCHES: Input should be a valid integer")


def test_the_readme_has_the_table_of_settings() -> None:
    assert table() in README.read_text(encoding="utf-8")
