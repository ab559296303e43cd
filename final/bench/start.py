"""`python -m bench.start IMAGE`: seconds from `docker run` to the first 200 of /readyz, locked down as in the stack."""

import http.client
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from core.base.errors import UserError
from deploy.engine import EngineError, docker

LOCKED = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]  # noqa: S108
LIMITS = ["--cpus", "1", "--memory", "1g", "--pids-limit", "256"]


@contextmanager
def started(image: str) -> Iterator[tuple[str, str, int]]:
    """A container of the image, its id and where it answers on loopback; removed in the end. Raises EngineError."""
    own = ["--env", "SERVICE_INSECURE=1", "--publish", "127.0.0.1::8000"]
    container = docker("run", "--detach", *LOCKED, *LIMITS, *own, image)
    try:
        host, _, port = docker("port", container, "8000/tcp").splitlines()[0].rpartition(":")
        yield container, host, int(port)
    finally:
        docker("rm", "--force", "--volumes", container)


def wait_until_ready(container: str, host: str, port: int, seconds: float = 60) -> None:
    """Raises UserError where it is not ready within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.02)
    raise UserError(f"{container[:12]} is not ready after {seconds:.0f} s; docker logs has the reason")


def start_to_ready(image: str) -> float:
    began = time.monotonic()
    with started(image) as where:
        wait_until_ready(*where)
        return time.monotonic() - began


def main(
    image: Annotated[str, typer.Argument(help="As build.sh printed it.")],
    runs: Annotated[int, typer.Option(help="How many starts, one after another.", min=1)] = 10,
) -> None:
    """Print the median, the fastest and the slowest start."""
    try:
        took = [start_to_ready(image) for _ in range(runs)]
    except (EngineError, UserError) as error:
        sys.exit(f"start: {error}")
    print(f"start to ready: median {statistics.median(took):.2f} s of {runs}, {min(took):.2f} to {max(took):.2f} s")


if __name__ == "__main__":
    typer.run(main)
