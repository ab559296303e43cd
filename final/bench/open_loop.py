"""An open-loop client: requests leave on time, whether or not earlier ones were answered, as users' requests do.

Latency counts from when a request was due, so that a server that stalls cannot hide it (coordinated omission; Gil Tene,
"How NOT to Measure Latency").
"""

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx


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


class OpenLoop:
    """`rate` requests a second to `url`/predict from a thread of its own, from `start` until `stop`."""

    def __init__(self, url: str, rows: list[dict[str, Any]], rate: float, timeout: float = 10) -> None:
        self.url, self.rows, self.rate, self.timeout = url, rows, rate, timeout
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
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        async with httpx.AsyncClient(base_url=self.url, timeout=self.timeout, limits=limits) as client:
            asked: set[asyncio.Task[None]] = set()
            number = 0
            while not self._stopped.is_set():
                due = number / self.rate
                await asyncio.sleep(max(0.0, due - self.seconds))
                task = asyncio.create_task(self._ask(client, due, self.rows[number % len(self.rows)]))
                asked.add(task)
                task.add_done_callback(asked.discard)
                number += 1
            await asyncio.gather(*asked)

    async def _ask(self, client: httpx.AsyncClient, due: float, row: dict[str, Any]) -> None:
        status, model, error = 0, "", ""
        try:
            answer = await client.post("/predict", json=row)
            status = answer.status_code
            model = str(answer.json().get("model", ""))
            error = "" if status == 200 else answer.text[:200]
        except (httpx.HTTPError, ValueError) as problem:
            error = f"{type(problem).__name__}: {problem}"
        self.samples.append(Sample(due, self.seconds - due, status, model, error))
