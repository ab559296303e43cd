"""The server's side of the batch process: starts it, hands it jobs, streams bodies in and answers out."""

import asyncio
import json
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.base.paths import FINAL
from service.problems import Problem, busy

PIECE = 64 * 1024
HEAD = struct.Struct(">I")  # length of what is known of an answer, in front of it
AddSample = Callable[[int, bytes], None]  # rows that were answered, and an Arrow stream of some of them for the log
BROKEN = "the process that answers batches ended before it had answered"


@dataclass(frozen=True)
class Reply:
    """What a job answered: type and headers of the answer, predictions by class, and the answer itself in pieces."""

    type: str
    headers: dict[str, str]
    tally: dict[str, int]
    length: int
    pieces: AsyncIterator[bytes]


def failed(reply: dict[str, Any]) -> Problem:
    """The problem of a job that was not answered; without a detail the process ended."""
    headers = {"retry-after": "5"} if reply["status"] == 503 else None
    return Problem(reply["status"], reply.get("detail", BROKEN), reply.get("errors", ()), headers)


class BatchProcess:
    """One process for one model; started when first needed, and again where it ended."""

    def __init__(self, folder: Path, version: str) -> None:
        self._arguments = [str(folder), version]
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._starting = asyncio.Lock()
        self._logging: set[asyncio.Task[None]] = set()
        self.jobs = 0

    async def start(self) -> socket.socket:
        """The control socket of a process that is ready. Raises Problem (503) where it can't be started."""
        async with self._starting:
            if self._control is not None and self._process is not None and self._process.poll() is None:
                return self._control
            self.stop()
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            with theirs:
                # a session of its own: Ctrl-C is for the server, which lets batches under way end
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "service.batch.process", str(theirs.fileno()), *self._arguments],
                    cwd=FINAL,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            if await asyncio.get_running_loop().sock_recv(ours, 1) != b"r":
                ours.close()
                raise busy(503, "the process that answers batches could not verify the model", seconds=5)
            self._control = ours
            return ours

    async def run(self, job: dict[str, Any], body: AsyncIterator[bytes], log: AddSample | None = None) -> Reply:
        """Send a job and its whole body; returns when the answer begins. Raises Problem as the job did.

        `log` is called after the answer, if the job's order says which rows are for the log.
        """
        self.jobs += 1
        writer: asyncio.StreamWriter | None = None
        try:
            control = await self.start()
            ours, theirs = socket.socketpair()
            with theirs:
                reader, writer = await asyncio.open_unix_connection(sock=ours)
                socket.send_fds(control, [b"j"], [theirs.fileno()])
            writer.write(json.dumps(job).encode() + b"\n")
            try:
                async for piece in body:
                    writer.write(piece)
                    await writer.drain()
                writer.write_eof()
                (length,) = HEAD.unpack(await reader.readexactly(HEAD.size))
                reply = json.loads(await reader.readexactly(length))
            except (OSError, EOFError):
                reply = {"status": 503}
        except BaseException:
            self._done(writer)
            raise
        if reply["status"] != 200:
            self._done(writer)
            raise failed(reply)
        rest = partial(log, reply["answered"]) if log and reply["answered"] else None
        pieces = self._pieces(reader, writer, reply["length"], rest)
        return Reply(reply["type"], reply.get("headers", {}), reply.get("tally", {}), reply["length"], pieces)

    async def _pieces(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        length: int,
        log: Callable[[bytes], None] | None,
    ) -> AsyncIterator[bytes]:
        try:
            while length:
                piece = await reader.read(min(PIECE, length))
                if not piece:
                    raise ConnectionError(BROKEN)
                length -= len(piece)
                yield piece
        finally:
            if log is None or length:
                self._done(writer)
            else:  # a task of its own: the client waits for nothing more
                task = asyncio.create_task(self._log(reader, writer, log))
                self._logging.add(task)
                task.add_done_callback(self._logging.discard)

    async def _log(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: Callable[[bytes], None]
    ) -> None:
        try:
            log(await reader.read())
        except OSError:
            log(b"")  # the process has ended
        finally:
            self._done(writer)

    def _done(self, writer: asyncio.StreamWriter | None) -> None:
        self.jobs -= 1
        if writer is not None:
            writer.close()

    def stop(self) -> None:
        """Let it end: it does when its control socket is closed and its jobs are done."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.2)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None
