"""What a running server has: settings, counters, and the model that answers now, replaced by a new champion."""

import asyncio
import gc
import logging
from collections.abc import Callable
from contextlib import suppress

from product.errors import UserError
from product.paths import Paths
from product.registry import Registry
from service.batch_client import BatchProcess
from service.keys import Keys
from service.live import Live
from service.metrics import Metrics
from service.microbatch import MicroBatcher
from service.serving import Serving
from service.settings import Settings

logger = logging.getLogger("service")


class Server:
    """One model in service at a time: what began with it ends with it, and no request waits for the change."""

    def __init__(self, settings: Settings) -> None:
        """Raises UserError where there is no product, no artifact, or no file of keys."""
        self.settings = settings
        self.keys = Keys(settings.api_keys_file) if settings.api_keys_file else None
        self.metrics = Metrics()
        self.live = Live(self._load())
        self.refused = ""
        self.metrics.ready.labels(self.live.version or "none").set(self.live.serving.model is not None)
        self.rows: MicroBatcher
        self.batches: BatchProcess | None = None
        self.running = 0
        self._seen = self._champion()

    def _load(self) -> Serving:
        if self.settings.model:
            return Serving.folder(self.settings.model, self.settings.model_hash)
        return Serving.champion(self.settings.product)

    def _champion(self) -> str | None:
        """What champion.json says, read at each look; None where an artifact on its own is served."""
        if self.settings.model:
            return None
        with suppress(UserError, OSError):
            return Registry(Paths.of(self.settings.product).registry).champion()
        return None

    def start(self) -> None:
        """Called in the event loop, once."""
        _prepare(self.live)
        self._use(self.live)
        # what is there now stays: without this the garbage collector would look through all of it again and again
        gc.collect()
        gc.freeze()
        if self.batches is not None:
            self._task = asyncio.create_task(self._warm(self.batches))

    def _use(self, live: Live) -> None:
        self.live = live
        self.rows = MicroBatcher(live, self.metrics, self.settings.micro_batch, self.settings.max_waiting)
        artifact = live.serving.artifact
        self.batches = BatchProcess(artifact, live.version) if artifact else None

    async def _warm(self, process: BatchProcess) -> None:
        with suppress(Exception):
            await process.start()

    async def watch(self) -> None:
        """For ever: take a new champion into service when it is verified; a bad one leaves the old where it is."""
        retiring: list[BatchProcess] = []
        while True:
            await asyncio.sleep(self.settings.watch_seconds)
            for process in [one for one in retiring if not one.jobs]:
                await asyncio.to_thread(process.stop)
                retiring.remove(process)
            champion = self._champion()
            if self.settings.model or (champion == self._seen and not self.refused and self.live.serving.model):
                continue
            try:
                found = await asyncio.to_thread(self._load)
            except Exception as error:
                logger.exception("looking for a new champion failed")
                self._refuse(f"a new champion could not be loaded: {type(error).__name__}")
                continue
            self._seen = champion
            if found.model is None:
                self._refuse(found.problem)
            elif found.version == self.live.version and self.live.serving.model is not None:
                self.refused = ""
            else:
                if self.batches is not None:
                    retiring.append(self.batches)
                await self._switch(Live(found))

    async def _switch(self, live: Live) -> None:
        await asyncio.to_thread(_prepare, live)
        old = self.live.version or "none"
        self.metrics.ready.labels(old).set(0)
        self._use(live)
        self.refused = ""
        self.metrics.ready.labels(live.version).set(1)
        self.metrics.reloads.labels("taken").inc()
        logger.warning("model %s is in service instead of %s", live.version[:12], old[:12])
        if self.batches is not None:
            self._task = asyncio.create_task(self._warm(self.batches))

    def _refuse(self, problem: str) -> None:
        if problem == self.refused:
            return
        self.refused = problem
        if self.live.serving.model is not None:
            self.metrics.reloads.labels("refused").inc()
            logger.warning("model %s stays in service: %s", self.live.version[:12], problem)

    def stop(self) -> None:
        if self.batches is not None:
            self.batches.stop()


def _prepare(live: Live) -> None:
    """Make what is made once, so that the first request does not wait for it."""
    parts: tuple[Callable[[], object], ...] = (lambda: live.rows, lambda: live.answers, lambda: live.schema)
    for part in parts:
        part()
