"""The local engine as a Swarm of one node, for as long as any test on this machine needs it."""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

FOLDER = Path(tempfile.gettempdir()) / f"mlops-swarm.{os.getuid()}"
NETWORKS = FOLDER.with_name(f"mlops-networks.{os.getuid()}")  # locked by tests/support/docker.py


def state() -> str:
    """`inactive` or `active`, as Docker says."""
    done = subprocess.run(
        ["docker", "info", "--format", "{{.Swarm.LocalNodeState}}"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@contextmanager
def _alone() -> Iterator[None]:
    """One test at a time looks and decides."""
    with (FOLDER / "guard").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def swarm() -> Iterator[None]:
    """A Swarm for the body; tests of several processes share it.

    Each holds a shared lock, which a killed one loses by itself. Whoever initialised the Swarm leaves a mark; the last
    one out leaves the Swarm if the mark is there, so that a Swarm of somebody else's stays. An engine that leaves takes
    containers off networks that have nothing to do with the Swarm, so it waits for tests with such networks.
    """
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    mark = FOLDER / "made by a test"
    with (FOLDER / "users").open("a") as users:
        with _alone():
            if state() == "inactive":
                subprocess.run(
                    ["docker", "swarm", "init", "--advertise-addr", "127.0.0.1"], check=True, capture_output=True
                )
                mark.touch()
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with _alone():
                if _last(users) and mark.exists():
                    with NETWORKS.open("a") as networks:
                        fcntl.flock(networks, fcntl.LOCK_EX)
                        subprocess.run(["docker", "swarm", "leave", "--force"], check=True, capture_output=True)
                        subprocess.run(["docker", "network", "rm", "docker_gwbridge"], capture_output=True, check=False)
                    mark.unlink()
