"""The Compose file, read by Compose itself."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

JENKINS = Path(__file__).resolve().parents[2]


@pytest.mark.docker
def test_compose_accepts_the_server() -> None:
    program = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    command = [*program, "-f", str(JENKINS / "compose.yaml"), "config"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    services = YAML(typ="safe").load(done.stdout)["services"]
    assert set(services) == {"controller", "agent", "docker"}
    assert "docker.sock" not in json.dumps(services)
