"""With and without the fast path the service answers the same: status, headers and body."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.checkout import Checkout
from tests.support.hostile_requests import requests
from tests.support.running_service import Service, serving

OF_EACH_REQUEST = ("x-request-id", "server-timing", "date")
Answer = tuple[bytes, dict[bytes, bytes], bytes]


@pytest.fixture(scope="module")
def slow(trained: Checkout) -> Iterator[Service]:
    with serving(trained, "serve.sh", "--no-fast-path") as started:
        yield started


def answer(service: Service, request: bytes) -> Answer:
    """Status line, headers but for those of each request, and body."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as stream:
            received = stream.read()
    received = received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = received.partition(b"\r\n\r\n")
    status, *fields = head.split(b"\r\n")
    headers = [(field.partition(b": ")[0].lower(), field.partition(b": ")[2]) for field in fields]
    assert len(dict(headers)) == len(headers), f"a header is there twice: {headers}"
    return status, {name: value for name, value in headers if name.decode() not in OF_EACH_REQUEST}, body


def test_every_request_is_answered_the_same_both_ways(service: Service, slow: Service) -> None:
    row = service.get("/contract").json()["examples"][0]
    cases = requests(row)
    statuses = {}
    for name, request in cases.items():
        fast = answer(service, request)
        assert fast == answer(slow, request), name
        statuses[name] = int(fast[0].split()[1])
    assert len(cases) > 60
    assert statuses["body: good"] == 200
    assert {status for name, status in statuses.items() if name.startswith("body:")} == {200, 413, 422}
    assert set(statuses.values()) == {200, 400, 404, 405, 413, 415, 422}
