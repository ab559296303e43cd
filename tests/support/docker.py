"""Docker as the tests use it: its answers, a real registry on loopback, and images removed by id."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import lacks
from tests.support.servers import answering, free_port

NETWORKS = Path(tempfile.gettempdir()) / f"mlops-networks.{os.getuid()}"  # as final/bench/swarm.py names it


@contextmanager
def own_network() -> Iterator[None]:
    """For containers on a network of the test's own: meanwhile no Swarm is left, which would take them off it."""
    with NETWORKS.open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a real registry with nothing in it."""
    if not shutil.which("docker-registry"):
        lacks("no program docker-registry", {"docker"})
    folder, address = tmp_path_factory.mktemp("registry"), f"127.0.0.1:{free_port()}"
    (folder / "config.yml").write_text(
        "version: 0.1\n"
        f"storage: {{filesystem: {{rootdirectory: {folder}/store}}, delete: {{enabled: true}}}}\n"
        f"http: {{addr: '{address}'}}\n"
    )
    with answering(["docker-registry", "serve", str(folder / "config.yml")], f"http://{address}/v2/"):
        yield address


def docker(*arguments: str) -> str:
    """What docker prints; a failure of docker is one of the test."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def remove_images(*names: str) -> None:
    """Images of these names in whatever registry, by their ids; those built on others of them go first."""
    for _ in range(3):
        listed = docker("image", "ls", "--format", "{{.ID}} {{.Repository}}").splitlines()
        for image in {line.split()[0] for line in listed if line.split()[1].rpartition("/")[2] in names}:
            subprocess.run(["docker", "rmi", "--force", "--no-prune", image], capture_output=True, check=False)
