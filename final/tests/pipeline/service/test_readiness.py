"""The service is ready only with a verified model, says why not, and stops when told.

What a registry and an artifact refuse is tested in tests/unit/core/registry.
"""

import json
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from core.registry.registry import Registry
from tests.support.checkout import Checkout
from tests.support.running_service import serving


def assert_not_ready(checkout: Checkout, reason: str) -> None:
    with serving(checkout) as service:
        ready = service.get("/readyz")
        assert ready.status_code == 503
        assert ready.headers["content-type"] == "application/problem+json"
        assert reason in ready.json()["detail"]
        assert service.get("/model").status_code == 503
        assert service.get("/healthz").status_code == 200
        example = service.get("/contract").json()["examples"][0]
        assert service.post("/predict", example).status_code == 503
        assert reason in service.said


def promote_with(checkout: Checkout, tmp_path: Path, **changes: Any) -> None:
    """Promote an artifact that is the champion but for its manifest: its hash is right, what it says is not."""
    registry = Registry(checkout.product / "registry")
    files = tmp_path / "artifact"
    shutil.copytree(registry.models / checkout.champion(), files)
    manifest = json.loads((files / "manifest.json").read_text())
    (files / "manifest.json").write_text(json.dumps({**manifest, **changes}))
    registry.promote(registry.add(files), "by the test")


def test_it_is_ready_after_the_main_job_and_stops_on_ctrl_c(checkout: Checkout) -> None:
    with serving(checkout, "pipeline.sh", "--serve") as service:
        ready = service.get("/readyz")
        assert (ready.status_code, ready.json()["model"]) == (200, checkout.champion())
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(60) in (0, 130, -signal.SIGINT)
        assert service.process.stderr is not None
        assert "Traceback" not in service.process.stderr.read()


def test_without_a_champion_it_is_not_ready(checkout: Checkout) -> None:
    shutil.rmtree(checkout.product / "registry")
    assert_not_ready(checkout, "has no champion yet: run bash final/pipeline.sh titanic")


def test_with_a_changed_file_it_is_not_ready(checkout: Checkout) -> None:
    path = checkout.product / "registry" / "models" / checkout.champion() / "manifest.json"
    path.write_bytes(path.read_bytes() + b" ")
    assert_not_ready(checkout, "was changed after it was promoted")


def test_with_golden_rows_that_are_not_reproduced_it_is_not_ready(checkout: Checkout, tmp_path: Path) -> None:
    manifest = checkout.product / "registry" / "models" / checkout.champion() / "manifest.json"
    golden = json.loads(manifest.read_text())["golden"]
    golden["predictions"][3] += 0.01
    promote_with(checkout, tmp_path, golden=golden)
    assert_not_ready(checkout, "golden rows are not reproduced: a prediction is off by 0.01")


def test_a_taken_port_is_said(trained: Checkout) -> None:
    with serving(trained) as service:
        port = service.url.rsplit(":", 1)[1]
        done = trained.bash("serve.sh", "--port", port)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_is_there(trained: Checkout) -> None:
    for script in ("pipeline.sh", "serve.sh", "rollback.sh"):
        done: subprocess.CompletedProcess[str] = trained.bash(script, "--help")
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_an_artifact_on_its_own_is_served_and_only_the_one_that_was_meant(trained: Checkout, tmp_path: Path) -> None:
    champion = trained.champion()
    folder = tmp_path / "model"
    shutil.copytree(trained.product / "registry" / "models" / champion, folder)
    with serving(trained, "serve.sh", "--model", str(folder), "--model-hash", champion) as service:
        assert service.get("/readyz").json()["model"] == champion
        example = service.get("/contract").json()["examples"][0]
        assert service.post("/predict", example).json()["model"] == champion
    (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes() + b" ")
    with serving(trained, "serve.sh", "--model", str(folder), "--model-hash", champion) as service:
        assert service.get("/readyz").status_code == 503
        assert f"{champion} was expected; refused" in service.get("/readyz").json()["detail"]


def test_a_folder_that_is_no_artifact_is_said(trained: Checkout, tmp_path: Path) -> None:
    done = trained.bash("serve.sh", "--model", str(tmp_path), "--port", "0")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"serve: {tmp_path}/contract.json: No such file")
