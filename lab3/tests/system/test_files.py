"""The files that describe the images: clean by hadolint, readable by compose."""

import subprocess
from pathlib import Path

import pytest

from tests.support.image_files import hadolint

LAB3 = Path(__file__).resolve().parents[2]
COMPOSE = LAB3.parent / "tools/image/compose.sh"


def test_hadolint_finds_nothing() -> None:
    hadolint(LAB3 / "Dockerfile")


@pytest.mark.docker
def test_compose_file_is_read() -> None:
    command = ["bash", str(COMPOSE), str(LAB3), "config"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "service_healthy" in done.stdout
