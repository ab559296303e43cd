"""compose.yaml as a person starts it: replicas behind the proxy, page, monitoring and DVC remote, all of them real.

Grafana's image cannot be had everywhere, so its files alone are tested, in test_files.py.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from bench.rollout import proxy_image
from tests.support.checkout import Checkout
from tests.support.clones import assert_travels, fresh_clone
from tests.support.docker import docker, own_network
from tests.support.scoring_input import table
from tests.support.servers import free_port, wait_for

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]
SERVICES = ("proxy", "page", "prometheus", "storage", "watch")
KEYS = {"AWS_ACCESS_KEY_ID": "compose", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-test"}


@dataclass
class Compose:
    script: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["bash", str(self.script), *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def url(self, service: str, port: int) -> str:
        return f"http://{self('port', service, str(port))}"

    def containers(self) -> list[dict[str, Any]]:
        containers: list[dict[str, Any]] = json.loads(docker("inspect", *self("ps", "--quiet").split()))
        return containers


@pytest.fixture(scope="module")
def stack(trained: Checkout, image: str) -> Iterator[Compose]:
    """The whole but Grafana, on free ports, taken down with its volumes."""
    deploy = trained.root / "final" / "deploy"
    built = subprocess.run(
        ["bash", str(deploy / "page_image.sh"), "build"], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    stand_in = proxy_image()
    others = dict.fromkeys(("HAPROXY_IMAGE", "PROMETHEUS_IMAGE", "SEAWEEDFS_IMAGE"), stand_in)
    ports = dict.fromkeys(("PORT", "PAGE_PORT", "PROMETHEUS_PORT", "S3_PORT", "SCHEDULER_PORT"), "0")
    own = {"API_IMAGE": image, "PAGE_IMAGE": built.stdout.strip(), "GRAFANA_PASSWORD": "unused", **KEYS}
    project = f"whole-{free_port()}"
    names = {"COMPOSE_PROJECT_NAME": project, "WORKERS_IMAGE": f"{project}-workers", "WATCH_IMAGE": f"{project}-watch"}
    names |= {"COMPOSE_PROFILES": "monitoring", "WATCH_SECONDS": "2"}
    compose = Compose(deploy / "compose.sh", {**os.environ, **others, **ports, **own, **names})
    with own_network():
        try:
            compose("up", "--detach", *SERVICES)
            yield compose
        finally:
            compose("--profile", "batch", "--profile", "monitoring", "down", "--volumes", "--timeout", "15")


def shown(url: str) -> str:
    """The texts of a page as a browser is sent them, over Streamlit's WebSocket."""
    texts: list[str] = []
    with connect(f"ws{url.removeprefix('http')}/_stcore/stream", max_size=None) as page:
        page.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        while True:
            message = ForwardMsg.FromString(bytes(page.recv(60, decode=False)))
            if message.WhichOneof("type") == "script_finished":
                return "\n".join(texts)
            element = message.delta.new_element
            texts += filter(None, [element.heading.body, element.markdown.body, element.alert.body])


def test_the_proxy_asks_the_replicas(stack: Compose, trained: Checkout, rows: list[dict[str, Any]]) -> None:
    url = stack.url("proxy", 8080)
    wait_for(f"{url}/readyz")
    answers = [httpx.post(f"{url}/predict", json=row, timeout=60).raise_for_status().json() for row in rows]
    assert {answer["model"] for answer in answers} == {trained.champion()}
    assert httpx.get(f"{url}/metrics").status_code == 404, "counters are for Prometheus, inside"


def test_the_page_shows_what_it_asked_through_the_proxy(stack: Compose) -> None:
    contract = httpx.get(f"{stack.url('proxy', 8080)}/contract", timeout=60).json()
    page = stack.url("page", 8501)
    wait_for(f"{page}/_stcore/health")
    texts = shown(page)
    assert contract["title"] in texts
    assert "No prediction\n" not in texts


def test_prometheus_scrapes_every_replica(stack: Compose) -> None:
    url, series = stack.url("prometheus", 9090), list[dict[str, Any]]()
    wait_for(f"{url}/-/ready")
    end = time.monotonic() + 60
    while len(series) < 2 and time.monotonic() < end:
        time.sleep(1)
        answer = httpx.get(f"{url}/api/v1/query", params={"query": 'up{job="api"} == 1'}, timeout=60).json()
        series = answer["data"]["result"]
    addresses = {
        f"{network['IPAddress']}:8000"
        for container in stack.containers()
        for network in container["NetworkSettings"]["Networks"].values()
        if container["Config"]["Labels"]["com.docker.compose.service"] == "api"
    }
    assert len(addresses) == 2
    assert {sample["metric"]["instance"] for sample in series} == addresses


def test_prometheus_has_what_was_seen_of_the_replicas_rows_and_the_rules(
    stack: Compose, trained: Checkout, rows: list[dict[str, Any]]
) -> None:
    proxy, prometheus = stack.url("proxy", 8080), stack.url("prometheus", 9090)
    httpx.post(f"{proxy}/predict/batch", json=rows, timeout=60).raise_for_status()
    query = {"query": f'watch_verdict{{job="api", model="{trained.champion()}"}} == 0'}
    steady, end = list[dict[str, Any]](), time.monotonic() + 150  # a file of the log is written after a minute
    while len(steady) < 2:
        assert time.monotonic() < end, stack("logs", "watch")
        time.sleep(1)
        answer = httpx.get(f"{prometheus}/api/v1/query", params=query, timeout=60).json()
        steady = answer["data"]["result"]
    assert len({series["metric"]["instance"] for series in steady}) == 2
    assert httpx.get(f"{proxy}/watch", timeout=60).json()["verdict"] == "steady"
    (group,) = httpx.get(f"{prometheus}/api/v1/rules", timeout=60).json()["data"]["groups"]
    rules = {rule["name"]: (rule["health"], rule["state"]) for rule in group["rules"]}
    names = ("ModelIsWorseThanAllowed", "SomethingMoved", "NobodyLooks", "PredictionLogLosesRows")
    assert rules == dict.fromkeys(names, ("ok", "inactive"))


def test_a_fresh_clone_has_the_champion_from_the_storage_without_training(
    stack: Compose, checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = stack.url("storage", 8333)
    wait_for(f"{endpoint}/healthz")
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": endpoint, "DVC_REMOTE_URL": "s3://dvc/final"}.items():
        monkeypatch.setenv(name, value)
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
    lock = ["commit", "-q", "--allow-empty", "-a", "-m", "as the pipeline left it"]
    subprocess.run(["git", *identity, *lock], cwd=checkout.root, check=True)
    assert_travels(checkout, fresh_clone(checkout, tmp_path / "clone"))


def test_the_profile_batch_scores_on_dasks_workers(stack: Compose, trained: Checkout, tmp_path: Path) -> None:
    stack("--profile", "batch", "up", "--detach", "scheduler", "worker")
    scheduler = stack.url("scheduler", 8786).replace("http", "tcp")
    table(trained, rows := tmp_path / "in.csv")
    for output, options in (("here", []), ("dask", ["--scheduler", scheduler])):
        done = trained.bash("score.sh", str(rows), str(tmp_path / f"{output}.csv"), *options)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "dask.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


def test_all_is_locked_down_and_only_this_machine_reaches_it(stack: Compose) -> None:
    containers = stack.containers()
    assert {container["Config"]["Labels"]["com.docker.compose.service"] for container in containers} >= {
        "api",
        *SERVICES,
    }
    for container in containers:
        host, name = container["HostConfig"], container["Name"]
        assert (host["CapDrop"], host["ReadonlyRootfs"]) == (["ALL"], True), name
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert {port["HostIp"] for ports in host["PortBindings"].values() for port in ports} <= {"127.0.0.1"}, name
        assert not container["RestartCount"], name
