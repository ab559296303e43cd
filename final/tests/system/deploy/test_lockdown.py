"""The image serves with nothing that it does not need: no root, no capability, no place to write but /tmp."""

from pathlib import Path

import pytest

from bench.start import started, wait_until_ready
from core.base.errors import UserError
from deploy.engine import logs
from tests.support.docker import docker
from tests.support.servers import until

pytestmark = pytest.mark.docker
TRY = "for place in / /srv /srv/core /model /packages /tmp; do ( : >$place/written ) 2>/dev/null && echo $place; done"


def test_it_is_ready_as_nobody_with_a_read_only_root_and_no_capabilities(image: str) -> None:
    with started(image) as (container, host, port):
        wait_until_ready(container, host, port)
        status = dict(line.split(":\t", 1) for line in docker("exec", container, "cat", "/proc/1/status").splitlines())
        written = docker("exec", container, "bash", "-c", f"{TRY}; true").split()
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {"10001"}
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {0}
    assert status["NoNewPrivs"] == "1"
    assert written == ["/tmp"]


def test_an_image_with_another_model_than_it_says_is_never_ready(image: str, tmp_path: Path) -> None:
    """What measures the start can fail."""
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nENV SERVICE_MODEL_HASH=another\n")
    other = docker("build", "--quiet", str(tmp_path))
    try:
        with started(other) as (container, host, port):
            until(lambda: "not ready: /model: the hash of its content is" in "\n".join(logs("logs", container)))
            with pytest.raises(UserError, match="is not ready after 1 s"):
                wait_until_ready(container, host, port, seconds=1)
    finally:
        docker("rmi", "--no-prune", other)
