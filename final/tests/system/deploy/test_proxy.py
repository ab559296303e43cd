"""A killed replica costs no request, not even one that it had answered in half."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bench.open_loop import OpenLoop, Sample
from bench.rollout import proxy_image
from core.base.paths import FINAL
from tests.support.docker import docker, own_network
from tests.support.servers import free_port, until, wait_for

pytestmark = pytest.mark.docker
CONFIG = FINAL / "deploy" / "haproxy.cfg"


@contextmanager
def container(network: str, *arguments: str) -> Iterator[str]:
    """A container of the stand-in image: it has HAProxy, and a python for the replicas."""
    [program, *parameters] = arguments[-1].split()
    options = [*arguments[:-1], "--entrypoint", program, proxy_image(), *parameters]
    name = docker("run", "--detach", "--network", network, "--read-only", "--cap-drop", "ALL", *options)
    try:
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


def load_with_a_kill(config: Path) -> list[Sample]:
    """Requests through the proxy to two replicas, one of which is killed."""
    port = free_port()
    network = f"proxy-{port}"
    with ExitStack() as stack:
        stack.enter_context(own_network())
        docker("network", "create", network)
        stack.callback(docker, "network", "rm", network)
        script = ["--network-alias", "api", "--volume", f"{FINAL / 'tests/support/half_answers.py'}:/replica.py:ro"]
        first, _ = [stack.enter_context(container(network, *script, "python3 -B /replica.py")) for _ in range(2)]
        stack.enter_context(
            container(
                network, "--publish", f"127.0.0.1:{port}:8080", "--env", "REPLICAS=api",
                "--volume", f"{config}:/etc/haproxy.cfg:ro", "haproxy -W -db -f /etc/haproxy.cfg",
            )
        )  # fmt: skip
        wait_for(f"http://127.0.0.1:{port}/readyz")
        load = OpenLoop("127.0.0.1", port, [{}], rate=100)
        load.start()
        try:
            until(lambda: len({sample.model for sample in load.samples[-50:]}) == 2)  # both replicas answer
            docker("kill", "--signal", "KILL", first)
            answered = len(load.samples)
            until(lambda: len(load.samples) > answered + 200)
        finally:
            load.stop()
        return load.samples


def test_what_a_killed_replica_answered_in_half_is_asked_of_another() -> None:
    samples = load_with_a_kill(CONFIG)
    assert len(samples) > 200
    assert [s for s in samples if s.failed] == []


def test_without_the_proxys_second_half_it_would_be_lost(tmp_path: Path) -> None:
    """The test above can fail: it does where the proxy passes half an answer on."""
    lines = CONFIG.read_text().splitlines(keepends=True)
    kept = [line for line in lines if "return status 502" not in line]
    assert len(kept) == len(lines) - 1
    config = tmp_path / "haproxy.cfg"
    config.write_text("".join(kept))
    config.chmod(0o644)
    tmp_path.chmod(0o755)
    assert [s for s in load_with_a_kill(config) if s.failed]
