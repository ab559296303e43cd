"""Update, bad image, killed replica and rollback on a real Swarm, under load: nobody notices."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.open_loop import Sample
from bench.rollout import Phase, Stage, clean, proxy_image, run
from bench.swarm import swarm
from bench.variants import release, tampered
from deploy.artifact import Artifact
from tests.support.servers import free_port

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


def answered(phase: Phase, samples: list[Sample]) -> set[str]:
    """The models that answered requests of this phase."""
    return {s.model for s in phase.samples(samples)}


def test_no_request_fails_while_images_come_and_go(
    image: str, champion: Artifact, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    port = free_port()
    name, log = f"rollout-{port}", tmp_path / "log.jsonl"
    images = {"old": image, "new": f"{name}:new", "bad": f"{name}:bad"}
    new = release(image, images["new"])
    tampered(images["new"], images["bad"])
    variables = {"START_PERIOD": "8s", "MONITOR": "5s", "HAPROXY_IMAGE": proxy_image()}
    with swarm():
        try:
            phases, samples = run(Stage("titanic", name, port, log, images, variables), rows, rate=100, seconds=0)
        finally:
            clean(name, images)
    assert [s for s in samples if s.failed] == []
    by = {phase.name: answered(phase, samples) for phase in phases}
    old = champion.model
    assert by == {
        "nothing": {old},
        "update": {old, new},
        "bad image": {new},
        "killed replica": {new},
        "rollback": {old, new},
        "nothing more": {old},
    }
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(entry["action"], entry["model"]) for entry in entries] == [
        ("promote", old),
        ("promote", new),
        ("fail", new),  # it says that it is `new`, and is not
        ("rollback", old),
    ]
    assert "was expected; refused" in entries[2]["why"]
