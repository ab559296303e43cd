"""What the last look of watch.sh told of the served model, as gauges; it leaves its facts beside the log."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge

FACTS = "watch_facts.json"
VERDICTS = ("steady", "look", "act")
PERFORMANCE = {"promise": "watch_holdout_performance", "estimated": "watch_estimated_performance"}
PERFORMANCE |= {"realised": "watch_realised_performance", "coverage": "watch_coverage"}
Stamp = tuple[int, int] | None


class Watched:
    """Reads the facts again when they have changed. Gauges have a value once there was a look at this model."""

    def __init__(self, folder: Path, registry: CollectorRegistry) -> None:
        self._file = folder / FACTS
        self._seen: tuple[Stamp, str] = (None, "")
        self.facts: dict[str, Any] | None = None
        names = {
            "watch_verdict": "0 steady, 1 look, 2 act",
            "watch_looked_at_seconds": "When watch.sh looked last, in seconds since 1970",
            "watch_allowed_performance": "The worst performance that is no alarm",
            "watch_drift": "The largest share of rows that moved, times the importance of the column",
            **{name: f"{kind.capitalize()}, by the last look" for kind, name in PERFORMANCE.items()},
        }
        self._gauges = {
            name: Gauge(name, words, ["model"], multiprocess_mode="mostrecent", registry=registry)
            for name, words in names.items()
        }

    def look(self, model: str) -> None:
        """Take what is there of a model; a file that is not there, or not whole, changes nothing."""
        seen = self._stamp(), model
        if seen == self._seen:
            return
        self._seen = seen
        try:
            facts = json.loads(self._file.read_bytes())
            is_of_model = facts["model"] == model
        except (OSError, ValueError, KeyError, TypeError):
            return
        self.facts = facts if is_of_model else None
        if is_of_model:  # an earlier model keeps its series, under its own label
            for name, value in values(facts).items():
                self._gauges[name].labels(model).set(value)

    def _stamp(self) -> Stamp:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino


def values(facts: dict[str, Any]) -> dict[str, float]:
    """The gauges of a look."""
    moved = [effect["weighted"] for effect in (facts["predictions"], *facts["features"])]
    when = datetime.strptime(facts["when"], "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC)
    return {
        "watch_verdict": VERDICTS.index(facts["verdict"]),
        "watch_looked_at_seconds": when.timestamp(),
        "watch_allowed_performance": facts["allowed"],
        "watch_drift": max(moved),
        **{name: facts[kind]["value"] for kind, name in PERFORMANCE.items() if facts.get(kind)},
    }
