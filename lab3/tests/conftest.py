"""What the tests of lab3 share: a checkout in a path with a space, lab2's model in it, servers on free ports."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from conftest import lacks

QUIET = {**os.environ, "OMP_NUM_THREADS": "1"}
ENVIRONMENT = {k: v for k, v in QUIET.items() if k not in ("REGISTRY", "BRANCH_NAME", "API_IMAGE", "PAGE_IMAGE")}


@pytest.fixture(scope="session")
def checkout(copy_repository: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean clone, as another person has it, in which lab2 was run and its model taken over."""
    root = copy_repository(tmp_path_factory.mktemp("lab3") / "my repository")
    for command in (["bash", "lab2/pipeline.sh"], ["python", "-m", "lab3.model_import"]):
        done = subprocess.run(command, cwd=root, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return root


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], health: str, **environment: str) -> Iterator[None]:
    """A server of the test's own, from the moment `health` answers until the end of the block."""
    process = subprocess.Popen(
        command, env={**ENVIRONMENT, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(health, alive=lambda: process.poll() is None)
        yield
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, alive: Callable[[], bool] = lambda: True, seconds: float = 60) -> None:
    """Until `url` answers below 400."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        try:
            if httpx.get(url, timeout=2).status_code < 400:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


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
    with running(["docker-registry", "serve", str(folder / "config.yml")], f"http://{address}/v2/"):
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
        for found in {line.split()[0] for line in listed if line.split()[1].rpartition("/")[2] in names}:
            subprocess.run(["docker", "rmi", "--force", found], capture_output=True, check=False)
