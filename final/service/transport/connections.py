"""How many connections may be open, in all and from one address, and how long each of their phases may take."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

from service.settings import Settings

OTHER_FILES = 128  # beside connections: bodies on disk, sockets of the batch process, libraries
MOST_REFUSED = 64  # connections that may wait for their client to read why they were refused


@dataclass(frozen=True)
class Deadlines:
    """Seconds for each phase of a connection, and the slowest reader of an answer in bytes a second."""

    idle: float
    request: float
    answer: float
    rate: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.keep_alive_seconds,
            settings.request_seconds,
            settings.answer_seconds,
            settings.min_bytes_per_second,
        )

    def fast_enough(self, taken: int) -> bool:
        """Whether a reader who took so many bytes in `answer` seconds keeps up."""
        return taken >= self.rate * self.answer


class Connection(Protocol):
    """What makes room for another when it is not needed."""

    def is_spare(self) -> bool: ...

    def make_room(self) -> None: ...


class Connections:
    """The open connections of a worker. A proxy stands for many clients, so that only `most` bounds its own."""

    def __init__(self, most: int, most_of_one: int, is_proxy: Callable[[str], bool]) -> None:
        self.most, self.most_of_one, self._is_proxy = most, most_of_one, is_proxy
        self._open: dict[str, dict[Connection, None]] = {}  # of each address, the oldest first
        self._total = 0
        self.refused = 0  # not among these

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As many as the settings and the limit of open files allow."""
        most = min(settings.max_connections, open_files(settings.max_connections + OTHER_FILES) - OTHER_FILES)
        share = min(1.0, settings.max_client_connections / settings.max_connections)
        most = max(most, 2)
        return cls(most, max(1, int(most * share)), settings.trusts)

    def enter(self, connection: Connection, address: str) -> str:
        """Count a connection, closing one that is idle if there are too many; or the reason why it is refused."""
        own = self._open.get(address, {})
        if len(own) >= self.most_of_one and not self._is_proxy(address) and not _made_room(own):
            return (
                f"{self.most_of_one:,} connections of {address} are busy, which is the limit for one address "
                "(SERVICE_MAX_CLIENT_CONNECTIONS)"
            )
        if self._total >= self.most and not _made_room(max(self._open.values(), key=len)):
            return f"{self.most:,} connections are busy, which is the limit (SERVICE_MAX_CONNECTIONS, ulimit -n)"
        self._total += 1
        self._open.setdefault(address, {})[connection] = None
        return ""

    def leave(self, connection: Connection, address: str) -> None:
        own = self._open.get(address, {})
        if connection in own:
            self._total -= 1
            del own[connection]
            if not own:
                del self._open[address]


def _made_room(connections: dict[Connection, None]) -> bool:
    """Whether the oldest connection that is not needed was closed."""
    spare = next((connection for connection in connections if connection.is_spare()), None)
    if spare is not None:
        spare.make_room()
    return spare is not None


def open_files(needed: int) -> int:
    """Raise this process's limit of open files to so many if its hard limit allows; the limit that holds then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return needed
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
