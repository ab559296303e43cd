"""What a running server has: settings, counters, and the model that answers now, replaced by a new champion."""

import asyncio
import gc
import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from core.base.errors import UserError
from core.base.paths import Paths
from core.registry.registry import Registry
from service.access_log import AccessLog
from service.batch.client import BatchProcess
from service.keys import Keys, KeysError, stamp
from service.metrics import Metrics
from service.model.live import Live
from service.model.serving import Serving
from service.problems import Problem
from service.settings import Settings
from service.spool import Spool
from service.transport.head import Header
from service.transport.row import RowPredictor

if TYPE_CHECKING:
    from service.prediction_log.log import PredictionLog

logger = logging.getLogger("service")


class Server:
    """One model in service at a time: what began with it ends with it, and no request waits for the change."""

    def __init__(self, settings: Settings) -> None:
        """Raises UserError where there is no product, no artifact, or no file of keys."""
        self.settings = settings
        self._keys_stamp = stamp(settings.api_keys_file) if settings.api_keys_file else ()
        self._new_keys_stamp = self._keys_stamp
        self.keys = Keys(settings.api_keys_file) if settings.api_keys_file else None
        self.spool = Spool(settings.max_spool_bytes)
        self._access_log = AccessLog() if settings.access_log else None
        self.metrics = Metrics()
        self.live = Live(self._load())
        self.log = self._prediction_log()
        if self.live.serving.cause and settings.workers > 1:  # one process says so itself
            logger.error("not ready: %s", self.live.serving.cause)
        self.refused = ""
        self.metrics.ready.labels(self.live.version or "none").set(self.live.serving.model is not None)
        self.predictor: RowPredictor
        self.batches: BatchProcess | None = None
        self.running = 0
        self.on_new_model: Callable[[], None] = lambda: None  # the app's: a new contract is another request model
        self._seen = self._champion()

    def authorise(self, headers: Iterable[Header]) -> None:
        """Raises Problem: 401 if keys are set and the headers have none of them."""
        if self.keys is not None and self.keys.who(headers) is None:
            raise Problem(
                401,
                "an API key is needed: X-API-Key, or Authorization: Bearer",
                headers={"www-authenticate": "Bearer"},
            )

    def note(self, request_id: bytes, headers: Iterable[Header], path: str, status: int, seconds: float) -> None:
        """A line of the access log, if there is one."""
        if self._access_log is not None:
            key = self.keys.who(headers) if self.keys is not None else None
            self._access_log.add(request_id, key, path, status, seconds, self.live.version)

    def reload_keys(self) -> None:
        """Use the keys that the file has now; one with a mistake leaves the earlier keys as they are."""
        path = self.settings.api_keys_file
        if path is None:
            return
        self._keys_stamp = self._new_keys_stamp = stamp(path)
        try:
            self.keys = Keys(path, may_be_empty=True)
        except KeysError as error:
            logger.error("the keys were not reloaded, those of before are still good: %s", error)  # noqa: TRY400
        else:
            logger.warning("%s was read again: %s keys", path, len(self.keys))

    def _look_at_keys(self) -> None:
        """Reload a file that has changed, once it stays the same from one look to the next: it may be half written."""
        if self.settings.api_keys_file is None:
            return
        before, self._new_keys_stamp = self._new_keys_stamp, stamp(self.settings.api_keys_file)
        if before == self._new_keys_stamp != self._keys_stamp:
            self.reload_keys()

    def _load(self) -> Serving:
        if self.settings.model:
            # the batch process works in another folder
            return Serving.folder(self.settings.model.absolute(), self.settings.model_hash)
        return Serving.champion(self.settings.product)

    def _champion(self) -> str | None:
        """What champion.json says, read at each look; None where an artifact on its own is served."""
        if self.settings.model:
            return None
        with suppress(UserError, OSError):
            return Registry(Paths.of(self.settings.product).registry).champion()
        return None

    def _prediction_log(self) -> "PredictionLog | None":
        if self.settings.prediction_log is None:
            return None
        from service.prediction_log.log import PredictionLog  # not at import: it needs pyarrow

        return PredictionLog(self.settings.prediction_log.absolute(), self.settings, self.metrics)

    def start(self) -> None:
        """Called in the event loop, once."""
        if self.log is not None:
            self.log.start()
        if threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.reload_keys)
        _prepare(self.live)
        self._use(self.live)
        # what is there now stays: without this the garbage collector would look through all of it again and again
        gc.collect()
        gc.freeze()
        if self.batches is not None:
            self._task = asyncio.create_task(self._warm(self.batches))

    def _use(self, live: Live) -> None:
        self.live = live
        self.predictor = RowPredictor(live, self.metrics, self.settings, self.log.of(live) if self.log else None)
        artifact = live.serving.artifact
        self.batches = BatchProcess(artifact, live.version) if artifact else None
        self.on_new_model()

    async def _warm(self, process: BatchProcess) -> None:
        with suppress(Exception):
            await process.start()

    async def watch(self) -> None:
        """For ever: take a new champion into service when it is verified; a bad one leaves the old where it is."""
        retiring: list[BatchProcess] = []
        while True:
            await asyncio.sleep(self.settings.watch_seconds)
            self._look_at_keys()
            if self.log is not None:
                await asyncio.to_thread(self.log.watched.look, self.live.version)
            parent = multiprocessing.parent_process()
            if parent is not None and not parent.is_alive():
                signal.raise_signal(signal.SIGTERM)  # a worker whose supervisor was killed would keep the port
            for process in [process for process in retiring if not process.jobs]:
                await asyncio.to_thread(process.stop)
                retiring.remove(process)
            champion = self._champion()
            if self.settings.model or (champion == self._seen and not self.refused and self.live.serving.model):
                continue
            try:
                serving = await asyncio.to_thread(self._load)
            except Exception as error:
                logger.exception("looking for a new champion failed")
                self._refuse(f"a new champion could not be loaded: {type(error).__name__}")
                continue
            self._seen = champion
            if serving.model is None:
                self._refuse(serving.problem, serving.cause)
            elif serving.version == self.live.version and self.live.serving.model is not None:
                self.refused = ""
            else:
                if self.batches is not None:
                    retiring.append(self.batches)
                await self._switch(Live(serving))

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

    def _refuse(self, problem: str, cause: str = "") -> None:
        if problem == self.refused:
            return
        self.refused = problem
        if self.live.serving.model is not None:
            self.metrics.reloads.labels("refused").inc()
            logger.warning("model %s stays in service: %s", self.live.version[:12], cause or problem)

    def stop(self) -> None:
        if self.batches is not None:
            self.batches.stop()
        if self.log is not None:
            self.log.stop()


def _prepare(live: Live) -> None:
    """Make what is made once, so that the first request does not wait for it."""
    parts: tuple[Callable[[], object], ...] = (lambda: live.rows, lambda: live.answers, lambda: live.schema)
    for part in parts:
        part()
