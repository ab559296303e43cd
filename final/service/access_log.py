"""The access log: a line of JSON for each request, on stderr."""

import asyncio
import os
import select
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

import orjson

ATOMIC = 4096  # bytes that a pipe takes as a whole, so that lines of several workers do not mix (PIPE_BUF)
MOST_PATH = 256


class AccessLog:
    """Lines of one turn of the event loop are written together."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def add(self, request_id: bytes, key: str | None, path: str, status: int, seconds: float, model: str) -> None:
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": request_id.decode("latin-1"),
            "key": key,
            "path": path[:MOST_PATH].encode(errors="replace").decode(),
            "status": status,
            "ms": round(seconds * 1e3, 3),
            "model": model,
        }
        if not self._lines:
            asyncio.get_running_loop().call_soon(self.flush)
        self._lines.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        with suppress(OSError, ValueError):  # a reader that is gone, or a full disk, does not end the service
            for piece in together(lines, ATOMIC):
                _, is_read, _ = select.select((), (sys.stderr,), (), 0)
                if is_read:  # else the lines are lost: waiting for their reader would hold up all requests
                    os.write(sys.stderr.fileno(), piece)


def together(lines: Iterable[bytes], most: int) -> Iterable[bytes]:
    """Whole lines in pieces of at most so many bytes, if each line is shorter than that."""
    piece = b""
    for line in lines:
        if piece and len(piece) + len(line) > most:
            yield piece
            piece = b""
        piece += line
    if piece:
        yield piece
