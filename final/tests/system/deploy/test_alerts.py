"""The alert rules fire when they should and not before, by Prometheus' own test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.agent import ROOT

DEPLOY = ROOT / "final" / "deploy"
pytestmark = pytest.mark.docker


def run_promtool(folder: Path) -> subprocess.CompletedProcess[str]:
    """`promtool test rules` in the image that stands in for Prometheus'."""
    image = subprocess.check_output(["bash", str(DEPLOY / "stand_in.sh")], text=True).strip()
    command = ["docker", "run", "--rm", "--network", "none", "--volume", f"{folder}:/rules:ro", "--workdir", "/rules"]
    promtool = ["--entrypoint", "promtool", image, "test", "rules", "alerts.test.yaml"]
    return subprocess.run([*command, *promtool], capture_output=True, text=True, check=False)


def test_alerts_fire_when_they_should() -> None:
    done = run_promtool(DEPLOY)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rule_that_would_sleep_is_noticed(tmp_path: Path) -> None:
    for name in ("alerts.yaml", "alerts.test.yaml"):
        shutil.copy(DEPLOY / name, tmp_path)
    rules = tmp_path / "alerts.yaml"
    rules.write_text(rules.read_text().replace("== 2", "== 3"))
    tmp_path.chmod(0o755)
    done = run_promtool(tmp_path)
    assert done.returncode == 1
    assert "ModelIsWorseThanAllowed" in done.stdout + done.stderr
