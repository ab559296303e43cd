"""A row that came in one piece is answered on a short way; whatever comes otherwise is answered the same."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.running_service import Service

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def row(service: Service) -> bytes:
    return json.dumps(service.get("/contract").json()["examples"][0]).encode()


@contextmanager
def line(service: Service) -> Iterator[socket.socket]:
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield opened


def request(body: bytes, path: str = "/predict", fields: str = "", version: str = "1.1") -> bytes:
    head = f"POST {path} HTTP/{version}\r\nhost: a\r\ncontent-type: application/json\r\n{fields}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def in_chunks(body: bytes) -> list[bytes]:
    """A request in four pieces that does not say how long it is."""
    head = b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    halves = body[: len(body) // 2], body[len(body) // 2 :]
    return [head, *(b"%x\r\n%b\r\n" % (len(half), half) for half in halves), b"0\r\n\r\n"]


def chunked(body: bytes) -> bytes:
    return b"".join(in_chunks(body))


def answers(opened: socket.socket, count: int) -> list[Answer]:
    """So many answers, in the order in which they come."""
    found: list[Answer] = []
    stream = opened.makefile("rb")
    for _ in range(count):
        status = int(stream.readline().split()[1])
        fields = {}
        while field := stream.readline().decode("latin-1").strip():
            name, _, value = field.partition(": ")
            assert name not in fields, f"{name} is there twice"
            fields[name] = value
        found.append((status, fields, stream.read(int(fields["content-length"]))))
    return found


def same(one: Answer, other: Answer) -> bool:
    """Equal but for what differs between any two requests."""
    mine, yours = (
        {name: value for name, value in fields.items() if name not in ("x-request-id", "server-timing", "date")}
        for _, fields, _ in (one, other)
    )
    return (one[0], mine, one[2]) == (other[0], yours, other[2])


def test_in_pieces_or_whole_a_row_is_answered_the_same(service: Service, row: bytes) -> None:
    for body, status in ((row, 200), (b"{}", 422), (b"nonsense", 422), (b"", 422), (b" " * 70_000, 413)):
        with line(service) as opened:
            opened.sendall(request(body))
            (whole,) = answers(opened, 1)
            head, rest = request(body)[:60], request(body)[60:]
            opened.sendall(head)
            time.sleep(0.05)
            opened.sendall(rest[: len(rest) // 2])
            time.sleep(0.05)
            opened.sendall(rest[len(rest) // 2 :])
            (pieces,) = answers(opened, 1)
            opened.sendall(chunked(body) if body else request(body))
            (as_chunks,) = answers(opened, 1)
            for piece in in_chunks(body) if body else [request(body)]:
                opened.sendall(piece)
                time.sleep(0.05)
            (chunks_apart,) = answers(opened, 1)
            opened.sendall(request(body, "/predict?a=b"))
            (long_way,) = answers(opened, 1)
        assert whole[0] == status
        assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", whole[1]["x-request-id"])
        for other in (pieces, as_chunks, chunks_apart, long_way):
            assert same(whole, other), (whole, other)


def test_who_asks_for_another_protocol_is_answered_in_this_one(service: Service, row: bytes) -> None:
    """As Java's HttpClient and `curl --http2` do by themselves, with the body behind the wish."""
    wish = "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAA\r\n"
    with line(service) as opened:
        opened.sendall(request(row))
        (usual,) = answers(opened, 1)
        whole = request(row, fields=wish)
        opened.sendall(whole + request(row, "/predict/batch", wish) + request(row))
        at_once, batch, after = answers(opened, 3)
        opened.sendall(whole[:90])
        time.sleep(0.05)
        opened.sendall(whole[90:-9])
        time.sleep(0.05)
        opened.sendall(whole[-9:])
        (in_pieces,) = answers(opened, 1)
    assert same(usual, at_once)
    assert same(usual, after)
    assert same(usual, in_pieces)
    assert (batch[0], b"must be a JSON array" in batch[2]) == (422, True)
    with line(service) as opened:  # a browser that wants a WebSocket
        opened.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
        assert answers(opened, 1)[0][0] == 200


def test_pipelined_requests_are_answered_in_their_order(service: Service, row: bytes) -> None:
    with line(service) as opened:
        bodies = [row, b"{}", row, row, b"[]", row]
        opened.sendall(b"".join(request(body, fields=f"x-request-id: n{i}\r\n") for i, body in enumerate(bodies)))
        found = answers(opened, len(bodies))
        assert [fields["x-request-id"] for _, fields, _ in found] == [f"n{i}" for i in range(len(bodies))]
        assert [status for status, _, _ in found] == [200, 422, 200, 200, 422, 200]
        opened.sendall(request(row))
        assert answers(opened, 1)[0][0] == 200


@pytest.mark.parametrize(("fields", "version"), [("connection: close\r\n", "1.1"), ("", "1.0")])
def test_who_asks_for_one_answer_gets_one(service: Service, row: bytes, fields: str, version: str) -> None:
    with line(service) as opened:
        opened.sendall(request(row, fields=fields, version=version))
        ((status, said, _),) = answers(opened, 1)
        assert (status, said["connection"]) == (200, "close")
        opened.settimeout(2)  # an idle connection would be closed later in any case
        assert opened.recv(1) == b""


def test_who_leaves_before_the_answer_disturbs_nobody(service: Service, row: bytes) -> None:
    for _ in range(50):
        with line(service) as opened:
            opened.sendall(request(row))
    with line(service) as opened:
        opened.sendall(b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nbad header\r\n\r\nhello")
        ((status, fields, body),) = answers(opened, 1)
        assert (status, fields["content-type"]) == (400, "application/problem+json")
        assert fields["x-request-id"]
        assert b"not a request of HTTP" in body
    assert service.post("/predict", json.loads(row)).status_code == 200


def test_who_reads_nothing_is_not_answered_without_end(service: Service, row: bytes) -> None:
    """The answers that wait for a reader are bounded: at some point the server takes no more requests from it."""
    with line(service) as opened:
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, buffer, 4096)
        opened.settimeout(2)
        with pytest.raises(TimeoutError):
            ask_and_never_read(opened, request(row), 5000)
        assert service.post("/predict", json.loads(row)).status_code == 200


def ask_and_never_read(opened: socket.socket, one: bytes, times: int) -> None:
    """Requests so far apart that each comes alone."""
    for _ in range(times):
        opened.sendall(one)
        time.sleep(0.002)
