"""An open-loop client: requests leave on time, whether or not earlier ones were answered, as users' requests do.

Latency counts from when a request was due, so that a server that stalls cannot hide it (coordinated omission; Gil Tene,
"How NOT to Measure Latency").
"""

import asyncio
import json
import threading
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sample:
    """One request: seconds since the start when it was due, seconds it took, what came back."""

    due: float
    took: float
    status: int
    model: str
    error: str = ""

    @property
    def failed(self) -> bool:
        return self.status != 200


class Connections:
    """HTTP/1.1 over kept connections: cheap, so that the client is not the limit. Nothing is asked a second time."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises OSError, EOFError or ValueError where none came, or no whole one."""
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():  # else the server closed it while it was idle
                return await self._ask(reader, writer, path, body)
            writer.close()
        return await self._ask(*await asyncio.open_connection(self.host, self.port), path, body)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: bytes
    ) -> tuple[int, bytes]:
        head = f"POST {path} HTTP/1.1\r\nhost: {self.host}\r\ncontent-type: application/json\r\n"
        try:
            writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            status, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(field.lower().split(": ", 1) for field in fields if field)
            answer = await reader.readexactly(int(headers.get("content-length", 0)))
        except BaseException:
            writer.close()
            raise
        if headers.get("connection") == "close":
            writer.close()
        else:
            self._free.append((reader, writer))
        return int(status.split()[1]), answer

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()


class OpenLoop:
    """`rate` requests a second to host:port/predict from a thread of its own, from `start` until `stop`."""

    def __init__(self, host: str, port: int, rows: list[dict[str, Any]], rate: float, timeout: float = 10) -> None:
        self.bodies = [json.dumps(row).encode() for row in rows]
        self.connections = Connections(host, port)
        self.rate, self.timeout = rate, timeout
        self.samples: list[Sample] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._load()))
        self._began = 0.0

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._began

    def start(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """No further requests; waits for the answers to those on their way."""
        self._stopped.set()
        self._thread.join()

    async def _load(self) -> None:
        asked: set[asyncio.Task[None]] = set()
        number = 0
        while not self._stopped.is_set():
            due = number / self.rate
            await asyncio.sleep(max(0.0, due - self.seconds))
            task = asyncio.create_task(self._ask(due, self.bodies[number % len(self.bodies)]))
            asked.add(task)
            task.add_done_callback(asked.discard)
            number += 1
        await asyncio.gather(*asked)
        self.connections.close()

    async def _ask(self, due: float, body: bytes) -> None:
        status, model, error = 0, "", ""
        try:
            status, answer = await asyncio.wait_for(self.connections.post("/predict", body), self.timeout)
            if status == 200:
                model = str(json.loads(answer).get("model", ""))
            else:
                error = " ".join(answer.decode(errors="replace").split())[:200]
        except (OSError, EOFError, ValueError, TimeoutError) as problem:
            error = f"{type(problem).__name__}: {problem}"
        self.samples.append(Sample(due, self.seconds - due, status, model, error))
