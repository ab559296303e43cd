"""A new champion is taken over without a restart and without a failed request; a bad one is not."""

import json
import shutil
import threading
import time
from pathlib import Path

import httpx
import pytest

from core.registry.registry import Registry
from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving


def another(checkout: Checkout, tmp_path: Path, golden: float = 0.0) -> str:
    """Promote an artifact that differs from the champion by a note; with `golden`, one that can't be verified."""
    registry, files = Registry(checkout.product / "registry"), tmp_path / f"artifact {golden}"
    shutil.copytree(registry.models / checkout.champion(), files)
    manifest = json.loads((files / "manifest.json").read_text())
    manifest["golden"]["predictions"][0] += golden
    (files / "manifest.json").write_text(json.dumps({**manifest, "note": f"another {golden}"}))
    model = registry.add(files)
    registry.promote(model, "by the test")
    return model


def until(service: Service, what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while what not in service.get("/readyz").text:
        assert time.monotonic() < end, service.get("/readyz").text
        time.sleep(0.1)


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_a_new_champion_without_a_failed_request_and_a_bad_one_not(
    checkout: Checkout, tmp_path: Path, workers: str
) -> None:
    old, stop = checkout.champion(), threading.Event()
    answers: list[tuple[int, str, str]] = []
    with serving(checkout, "serve.sh", "--workers", workers) as service:
        until(service, old)
        row = service.get("/contract").json()["examples"][0]

        def ask() -> None:
            while not stop.is_set():  # a connection each time, so that every worker is asked
                answer = httpx.post(service.url + "/predict", json=row, timeout=60)
                answers.append((answer.status_code, answer.json().get("model"), answer.headers["x-model-version"]))

        asking = [threading.Thread(target=ask) for _ in range(2)]
        for thread in asking:
            thread.start()
        end = time.monotonic() + 30
        while len(answers) < 10:
            assert time.monotonic() < end, answers
            time.sleep(0.01)
        new = another(checkout, tmp_path)
        end = time.monotonic() + 30
        while len(answers) < 40 or {model for _, model, _ in answers[-20:]} != {new}:
            assert time.monotonic() < end, answers[-3:]
            time.sleep(0.1)
        bad = another(checkout, tmp_path, golden=0.5)
        until(service, "golden rows are not reproduced")
        assert service.post("/predict/batch", [row]).json()["model"] == new
        stop.set()
        for thread in asking:
            thread.join()
        assert {status for status, _, _ in answers} == {200}
        assert {model for _, model, _ in answers} == {old, new}
        assert all(model == header for _, model, header in answers)
        assert bad not in {model for _, model, _ in answers}
        metrics = service.get("/metrics").text
        assert 'model_reloads_total{outcome="taken"}' in metrics
        assert 'model_reloads_total{outcome="refused"}' in metrics
        counter = 'requests_total{path="/predict",status="200"}'
        counted = [line for line in metrics.splitlines() if line.startswith(counter)]
        assert float(counted[0].split()[-1]) >= len(answers)


def test_a_first_champion_makes_it_ready(checkout: Checkout) -> None:
    registry, aside = checkout.product / "registry", checkout.root / "aside"
    registry.rename(aside)
    with serving(checkout) as service:
        assert service.get("/readyz").status_code == 503
        aside.rename(registry)
        until(service, checkout.champion())
