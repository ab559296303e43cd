"""The last look at the served model, as gauges."""

from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from core.base.files import write_json
from service.prediction_log.watched import FACTS, Watched

LOOK: dict[str, Any] = {
    "model": "abc",
    "verdict": "act",
    "when": "2026-11-27 06:00 UTC",
    "allowed": 0.7,
    "promise": {"value": 0.8},
    "estimated": {"value": 0.75},
    "realised": None,
    "predictions": {"weighted": 0.3},
    "features": [{"weighted": 0.1}],
}


def gauges(registry: CollectorRegistry) -> dict[str, float]:
    lines = generate_latest(registry).decode().splitlines()
    return {line.split("{")[0]: float(line.split()[-1]) for line in lines if not line.startswith("#")}


def test_gauges_follow_the_last_look_at_the_served_model(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    watched = Watched(tmp_path, registry)
    watched.look("abc")
    assert gauges(registry) == {}
    write_json(LOOK, tmp_path / FACTS)
    watched.look("abc")
    assert gauges(registry) == {
        "watch_verdict": 2,
        "watch_looked_at_seconds": 1795759200,
        "watch_allowed_performance": 0.7,
        "watch_drift": 0.3,
        "watch_holdout_performance": 0.8,
        "watch_estimated_performance": 0.75,
    }
    assert watched.facts == LOOK
    watched.look("another")  # a new champion, at which nobody has looked
    assert watched.facts is None


@pytest.mark.parametrize("content", ["[", "[]", "{}"])
def test_a_file_that_is_no_look_changes_nothing(content: str, tmp_path: Path) -> None:
    (tmp_path / FACTS).write_text(content)
    registry = CollectorRegistry()
    Watched(tmp_path, registry).look("abc")
    assert gauges(registry) == {}
