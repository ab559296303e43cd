"""Under load, on a real Swarm: an update, an image whose model was tampered with, a killed replica, a rollback."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab3.tests.conftest import docker, remove_images
from tests.checkout import Checkout

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]
NAME = f"final-titanic-test-{os.getpid()}"
SECONDS = 60


@dataclass
class Built:
    checkout: Checkout
    image: str
    smoked: str


@pytest.fixture(scope="module")
def built(trained: Checkout) -> Iterator[Built]:
    """The product's image, built and smoked by build.sh; removed by id at the end."""
    done = trained.bash("deploy/build.sh", "titanic", "all", "--image", NAME)
    assert done.returncode == 0, done.stderr
    yield Built(trained, done.stdout.strip(), done.stderr)
    remove_images(NAME)


@pytest.fixture(scope="module")
def loaded(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All events under 200 requests a second; what bench/rollout.sh measured."""
    file = tmp_path_factory.mktemp("rollout") / "facts.json"
    command = ["bash", str(built.checkout.root / "final/bench/rollout.sh"), "titanic", "--image", built.image]
    options = ["--seconds", str(SECONDS), "--start-period", "15", "--json", str(file)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert file.exists(), done.stderr
    found: dict[str, Any] = json.loads(file.read_text())
    return {**found, "code": done.returncode, "stderr": done.stderr, "stdout": done.stdout}


def phase(loaded: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in loaded["phases"] if one["name"] == name]
    return dict(found)


def answered_by(loaded: dict[str, Any], began: float, ended: float) -> set[str]:
    models = {s["model"] for s in loaded["samples"] if began <= s["due"] < ended}
    return {loaded["versions"][model] for model in models}


def test_the_image_answers_as_the_library_and_says_what_it_holds(built: Built) -> None:
    assert "20 golden rows and 188 rows of the hold-out are answered as the library does" in built.smoked
    labels = json.loads(docker("image", "inspect", "--format", "{{json .Config.Labels}}", built.image))
    manifest = json.loads(next((built.checkout.product / "registry/models").glob("*/manifest.json")).read_bytes())
    lock = (built.checkout.root / "final/dvc.lock").read_text()
    assert labels["mlops.model"] == built.checkout.champion()
    assert labels["mlops.contract"] == manifest["contract"]
    assert re.search(rf"md5: {labels['mlops.data.md5']}\b", lock), "the table is named as DVC names it"
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=built.checkout.root, capture_output=True, text=True, check=True
    )
    assert labels["org.opencontainers.image.revision"] == commit.stdout.strip()


def test_no_request_failed_in_all_of_it(loaded: dict[str, Any]) -> None:
    assert [s for s in loaded["samples"] if s["status"] != 200] == []
    assert len(loaded["samples"]) >= SECONDS * 200 * 0.9
    assert loaded["code"] == 0, loaded["stderr"]


def test_the_answers_show_each_switch(loaded: dict[str, Any]) -> None:
    update, bad, back = (phase(loaded, name) for name in ("update", "bad image", "rollback"))
    assert answered_by(loaded, 0, update["began"]) == {"old"}
    assert answered_by(loaded, update["began"], update["ended"]) == {"old", "new"}
    assert answered_by(loaded, update["ended"] + 1, back["began"]) == {"new"}, "the tampered image never answered"
    assert answered_by(loaded, back["ended"] + 1, 1e9) == {"old"}
    assert "its content's hash is" in bad["came"], "the reason reaches who deployed"


def test_every_verdict_is_in_the_log_and_the_log_is_a_chain(loaded: dict[str, Any]) -> None:
    actions = [entry["action"] for entry in loaded["log"]]
    assert actions == ["promote", "promote", "fail", "rollback"]
    assert loaded["log"][-1]["image"] == loaded["log"][0]["image"]
    assert all(entry["before"] for entry in loaded["log"][1:])


def test_an_image_of_another_product_and_an_open_door_are_refused(built: Built, tmp_path: Path) -> None:
    other = built.checkout.bash("deploy/deploy.sh", "weather", built.image)
    assert (other.returncode, other.stdout) == (1, "")
    assert "holds titanic, not weather" in other.stderr
