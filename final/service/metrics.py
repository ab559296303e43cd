"""What Prometheus reads at /metrics; of all workers where there are several."""

import os
from collections import Counter as Tally
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from service.model.answers import label

SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10, 60)


class Metrics:
    """Counters of one app, in a registry of their own so that two apps in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        new: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter("requests", "Requests answered", ["path", "status"], **new)
        self.seconds = Histogram("request_seconds", "Seconds from request to answer", ["path"], buckets=SECONDS, **new)
        self.predictions = Counter("predictions", "Rows predicted", ["prediction"], **new)
        self.ready = Gauge(
            "model_ready", "1 where the model is verified", ["model"], multiprocess_mode="livemin", **new
        )
        self.reloads = Counter("model_reloads", "New champions, taken or refused", ["outcome"], **new)
        self.batches = Gauge("batches_running", "Batches under way", multiprocess_mode="livesum", **new)
        self.logged = Counter("prediction_log_rows", "Rows for the log, by what became of them", ["outcome"], **new)
        self.breaches = Counter("contract_breaches", "Rows of /predict refused, by feature", ["feature"], **new)
        self._labelled: dict[tuple[str, int], tuple[Any, Any]] = {}

    def answered(self, path: str, status: int, seconds: float) -> None:
        pair = self._labelled.get((path, status))
        if pair is None:
            pair = self._labelled[path, status] = (self.requests.labels(path, status), self.seconds.labels(path))
        pair[0].inc()
        pair[1].observe(seconds)

    def predicted(self, answers: list[dict[str, Any]]) -> None:
        self.count(dict(Tally(label(answer["prediction"]) for answer in answers)))

    def count(self, tally: dict[str, int]) -> None:
        for name, rows in tally.items():
            self.predictions.labels(name).inc(rows)

    def breached(self, features: set[str]) -> None:
        """A row was refused because of these features."""
        for feature in features:
            self.breaches.labels(feature).inc()

    def log_rows(self, outcome: str, rows: int) -> None:
        self.logged.labels(outcome).inc(rows)

    def text(self) -> bytes:
        """The exposition; with several workers that of all of them."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
