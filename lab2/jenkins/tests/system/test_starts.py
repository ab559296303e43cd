"""The start scripts of the containers refuse to start without their secrets; setup.sh makes the secrets."""

import os
import subprocess
from pathlib import Path

import pytest

JENKINS = Path(__file__).resolve().parents[2]
SECRETS = ["admin_password", "push_token", "agent_key", "agent_key.pub", "agent_host_key", "agent_host_key.pub"]


def start(script: str, secrets: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run a start script with `echo` in place of the server."""
    env = os.environ | {"SECRETS": str(secrets), "JENKINS_START": "/bin/echo", "SSHD_START": "/bin/echo"}
    command = ["bash", str(JENKINS / script), "started"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=tmp_path)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    command = ["bash", JENKINS / "setup.sh", "--secrets", folder, "--repository", tmp_path / "repository.git"]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    return folder


def test_setup_makes_secrets_once_and_readable_by_nobody_else(secrets: Path, tmp_path: Path) -> None:
    assert sorted(p.name for p in secrets.iterdir()) == sorted(SECRETS)
    assert secrets.stat().st_mode & 0o777 == 0o700
    before = {p.name: p.read_text() for p in secrets.iterdir()}
    assert len(before["admin_password"]) == 48
    assert before["admin_password"] != before["push_token"]
    command = ["bash", JENKINS / "setup.sh", "--secrets", secrets, "--repository", tmp_path / "repository.git"]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    assert {p.name: p.read_text() for p in secrets.iterdir()} == before


def test_the_controller_starts_with_its_secrets(secrets: Path, tmp_path: Path) -> None:
    done = start("controller/start.sh", secrets, tmp_path)
    assert (done.returncode, done.stdout) == (0, "started\n")


@pytest.mark.parametrize("fault", ["missing", "empty", "folder"])
@pytest.mark.parametrize("name", ["admin_password", "push_token", "agent_key"])
def test_the_controller_refuses_without_a_secret_and_names_the_remedy(
    name: str, fault: str, secrets: Path, tmp_path: Path
) -> None:
    (secrets / name).unlink()
    if fault == "empty":
        (secrets / name).touch()
    if fault == "folder":  # what docker-compose 1.29 makes of a missing file
        (secrets / name).mkdir()
    done = start("controller/start.sh", secrets, tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"start: refused, secret file missing or empty: {name}.")
    assert "bash lab2/jenkins/setup.sh" in done.stderr


def test_the_controller_refuses_a_short_password(secrets: Path, tmp_path: Path) -> None:
    (secrets / "admin_password").write_text("admin\n")
    done = start("controller/start.sh", secrets, tmp_path)
    assert done.returncode == 1
    assert "admin_password has 5 characters" in done.stderr


def test_the_agent_refuses_without_its_keys(secrets: Path, tmp_path: Path) -> None:
    (secrets / "agent_host_key").unlink()
    done = start("agent/start.sh", secrets, tmp_path)
    assert done.returncode == 1
    assert "agent_host_key. Make them on the host: bash lab2/jenkins/setup.sh" in done.stderr
