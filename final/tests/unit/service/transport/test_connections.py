"""How many connections are open is bounded, in all and for one address."""

import resource

import pytest

from service.settings import Settings
from service.transport.connections import OTHER_FILES, Connections, Deadlines


class Client:
    """A connection that is spare or not."""

    def __init__(self, connections: Connections, address: str, spare: bool = False) -> None:
        self._connections, self._address, self._spare = connections, address, spare
        self.closed = False
        self.refused = connections.enter(self, address)

    def is_spare(self) -> bool:
        return self._spare

    def make_room(self) -> None:
        self.closed = True
        self._connections.leave(self, self._address)


def bounded(most: int, most_of_one: int) -> Connections:
    return Connections(most, most_of_one, lambda address: address == "proxy")


def test_one_address_cannot_take_all_but_a_proxy_may() -> None:
    connections = bounded(6, 2)
    assert [bool(Client(connections, "a").refused) for _ in range(3)] == [False, False, True]
    assert [bool(Client(connections, "proxy").refused) for _ in range(4)] == [False] * 4
    assert "SERVICE_MAX_CONNECTIONS" in Client(connections, "b").refused
    assert "2 connections of a are busy" in Client(connections, "a").refused


def test_the_oldest_that_is_not_needed_makes_room() -> None:
    connections = bounded(4, 3)
    busy, old, new = (Client(connections, "a", spare) for spare in (False, True, True))
    assert not Client(connections, "a").refused
    assert (busy.closed, old.closed, new.closed) == (False, True, False)
    other, another = Client(connections, "b"), Client(connections, "b")  # of the address that has most
    assert not other.refused
    assert not another.refused
    assert new.closed
    connections.leave(another, "b")
    connections.leave(another, "b")  # as often as it is told
    assert not Client(connections, "b").refused
    assert Client(connections, "b").refused


def test_the_limit_of_open_files_bounds_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: None)
    connections = Connections.of(Settings())
    assert (connections.most, connections.most_of_one) == (256 - OTHER_FILES, (256 - OTHER_FILES) // 2)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 100_000))
    connections = Connections.of(Settings(max_connections=3000, max_client_connections=5000))
    assert (connections.most, connections.most_of_one) == (3000, 3000)


def test_the_slowest_reader() -> None:
    assert Deadlines(1, 1, 10, 500).fast_enough(5000)
    assert not Deadlines(1, 1, 10, 500).fast_enough(4999)
