"""The pipeline's images: built, tried, pushed to a real registry, pulled back and run, alone and by compose."""

import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import lacks
from lab3.forecast import EXAMPLE, load
from lab3.smoke import compare
from tests.support.docker import docker, own_network
from tests.support.servers import ENVIRONMENT, free_port, wait_for

LAB3 = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]


@dataclass
class Published:
    root: Path
    stdout: str
    stderr: str
    api: str
    page: str
    commit: str


@pytest.fixture(scope="module")
def published(checkout: Path, registry: str) -> Iterator[Published]:
    """One run of the whole pipeline with a registry; afterwards its images are removed from here by their ids."""
    for command in (
        ["git", "checkout", "-q", "-b", "feature/rain"],
        ["git", "remote", "add", "origin", "https://u:secret@host/x"],
    ):
        subprocess.run(command, cwd=checkout, check=True)
    done = subprocess.run(
        ["bash", str(checkout / "lab3/pipeline.sh")], cwd="/", env={**ENVIRONMENT, "REGISTRY": registry},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    api, page = re.findall(rf"{registry}/lab3-\w+@sha256:[0-9a-f]{{64}}", done.stdout)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True)
    ids = {docker("image", "inspect", "--format", "{{.Id}}", image) for image in (api, page)}
    yield Published(checkout, done.stdout, done.stderr, api, page, commit.stdout.strip())
    for image in ids:
        subprocess.run(["docker", "rmi", "--force", "--no-prune", image], capture_output=True, check=False)


def inspect(image: str) -> dict[str, dict[str, object]]:
    return dict(json.loads(docker("image", "inspect", image))[0])


def test_result_is_one_line_and_the_rest_is_stderr(published: Published) -> None:
    line = rf"The page's chance of rain tomorrow is: \d+% \({re.escape(published.api)}, {re.escape(published.page)}\)\n"
    assert re.fullmatch(line, published.stdout)
    assert "12 weeks, the service answers as the library does" in published.stderr


def test_pulled_image_answers_as_the_library_does(published: Published) -> None:
    """By commit and by branch the registry gives the image that was built, and it is the one that runs."""
    repository, digest = published.api.split("@")
    built = docker("image", "inspect", "--format", "{{.Id}}", published.api)
    docker("rmi", "--force", "--no-prune", built)
    for reference in (f"{repository}:{published.commit[:12]}", f"{repository}:feature-rain", f"{repository}@{digest}"):
        docker("pull", reference)
        assert docker("image", "inspect", "--format", "{{.Id}}", reference) == built
    docker("tag", built, f"lab3-api:{published.commit[:12]}")  # as the pipeline left it
    container = docker("run", "--detach", "--publish", "127.0.0.1::8000", "--read-only", "--tmpfs=/tmp", published.api)
    try:
        url = "http://" + docker("port", container, "8000/tcp").splitlines()[0]
        wait_for(f"{url}/readyz")
        assert compare(url, load(published.root / "lab3/model")) == 12
    finally:
        docker("rm", "--force", container)


@pytest.mark.parametrize("name", ["api", "page"])
def test_image_is_lean_labelled_and_not_root(published: Published, name: str) -> None:
    image = published.api if name == "api" else published.page
    config = inspect(image)["Config"]
    assert config["User"] == "10001:10001"
    assert config["Healthcheck"]
    assert not config["Entrypoint"]
    assert isinstance(config["Cmd"], list)
    assert config["Cmd"][0] != "/bin/sh", "exec form"
    labels = config["Labels"]
    assert isinstance(labels, dict)
    prefix = "org.opencontainers.image."
    assert labels[prefix + "revision"] == published.commit
    assert labels[prefix + "version"] == published.commit[:12]
    assert labels[prefix + "source"] == "https://host/x", "without the password"
    assert re.match(r"\d{4}-\d\d-\d\dT", labels[prefix + "created"])
    look = "command -v gcc make git pytest; ls /packages/lib/python3*/site-packages; id -u; touch /srv/x; true"
    inside = docker("run", "--rm", "--read-only", image, "sh", "-c", f"({look}) 2>&1")
    for tool in ("gcc", "make", "git", "pytest", "_pytest", "ruff", "mypy", "hypothesis", "selenium", "pip"):
        assert not re.search(rf"^(/.*/)?{tool}$", inside, re.MULTILINE), tool
    assert "10001" in inside
    assert "Read-only file system" in inside


@pytest.fixture(scope="module")
def composed(published: Published) -> Iterator[dict[str, str]]:
    """The two by `compose up`: their addresses, and the id of the service's container."""
    settings = {"API_IMAGE": published.api, "PAGE_IMAGE": published.page, "PAGE_PORT": "0"}
    settings["API_PORT"] = str(free_port())  # a port of its own: one that Docker picks changes at a restart
    environment = {**ENVIRONMENT, **settings, "COMPOSE_PROJECT_NAME": f"lab3-test-{os.getpid()}"}

    def compose(*arguments: str) -> str:
        command = ["bash", str(published.root / "tools/image/compose.sh"), str(published.root / "lab3"), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    with own_network():
        try:
            compose("up", "--detach", "--no-build")
            api, page = f"http://{compose('port', 'api', '8000')}", f"http://{compose('port', 'page', '8501')}"
            yield {
                "api": api,
                "page": page,
                "container": compose("ps", "-q", "api"),
                "page container": compose("ps", "-q", "page"),
            }
        finally:
            compose("down", "--volumes", "--timeout", "15")


def test_compose_starts_the_page_after_a_healthy_service_and_locks_both_down(composed: dict[str, str]) -> None:
    for name in ("container", "page container"):
        host = json.loads(docker("inspect", composed[name]))[0]["HostConfig"]
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        assert host["RestartPolicy"]["Name"] == "unless-stopped"
        assert host["Memory"] == 2**30
        assert host["NanoCpus"] == 10**9
        assert {port["HostIp"] for ports in host["PortBindings"].values() for port in ports} == {"127.0.0.1"}
    health = json.loads(docker("inspect", composed["container"]))[0]["State"]["Health"]
    started = json.loads(docker("inspect", composed["page container"]))[0]["State"]["StartedAt"]
    passed = [check["End"] for check in health["Log"] if check["ExitCode"] == 0]
    assert passed
    assert min(passed)[:19] <= started[:19]


def test_service_killed_in_mid_request_comes_back(published: Published, composed: dict[str, str]) -> None:
    port = int(composed["api"].rpartition(":")[2])
    wait_for(f"{composed['api']}/readyz")
    pid = json.loads(docker("inspect", composed["container"]))[0]["State"]["Pid"]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        # `docker kill` counts as the owner's wish, after which nothing restarts; so the process itself is killed.
        docker("run", "--rm", "--pid=host", "--user=0", published.api, "python", "-c", f"import os; os.kill({pid}, 9)")
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b"", "no half answer"
    deadline = time.monotonic() + 60
    while json.loads(docker("inspect", composed["container"]))[0]["RestartCount"] < 1 and time.monotonic() < deadline:
        time.sleep(0.2)
    wait_for(f"{composed['api']}/readyz")
    assert compare(composed["api"], load(published.root / "lab3/model")) == 12


def test_container_answers_what_it_began_before_it_stops(published: Published) -> None:
    """SIGTERM drains: a request whose body is still coming is answered, and the exit code is that of a clean end."""
    container = docker("run", "--detach", "--publish", "127.0.0.1::8000", published.api)
    try:
        url = "http://" + docker("port", container, "8000/tcp").splitlines()[0]
        wait_for(f"{url}/readyz")
        body = json.dumps(EXAMPLE).encode()
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=30) as connection:
            head = "POST /predict HTTP/1.1|host: x|content-type: application/json|expect: 100-continue|"
            connection.sendall(f"{head}content-length: {len(body)}||".replace("|", "\r\n").encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 100 "), "the service has begun to read the body"
            connection.sendall(body[:20])
            stop = threading.Thread(target=docker, args=("stop", "--time", "15", container))
            stop.start()
            deadline = time.monotonic() + 10
            while "Shutting down" not in log_of(container):
                assert time.monotonic() < deadline, "SIGTERM does not reach the service"
                time.sleep(0.1)
            connection.sendall(body[20:])
            assert b"200 OK" in connection.recv(1000)
        stop.join()
        assert docker("inspect", "--format", "{{.State.ExitCode}}", container) in ("0", "143")
    finally:
        docker("rm", "--force", container)


def log_of(container: str) -> str:
    done = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def blocks(language: str) -> list[str]:
    """The README's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.+?)^```", (LAB3 / "README.md").read_text(), re.MULTILINE | re.DOTALL)


def test_docker_run_and_curl_as_in_the_readme(published: Published) -> None:
    """The commands and the answer are those of the README; the image is that of the checkout's commit."""
    (run,) = [block for block in blocks("bash") if "docker run" in block]
    (curl,) = [block for block in blocks("bash") if "curl" in block]
    (shown,) = [json.loads(block) for block in blocks("json")]
    with suppress(OSError), socket.create_connection(("127.0.0.1", 8000), timeout=1):
        lacks("another program on port 8000", {"docker"})
    server = subprocess.Popen(["bash", "-c", f"exec {run}"], cwd=published.root, env=ENVIRONMENT)
    try:
        wait_for("http://127.0.0.1:8000/readyz", alive=lambda: server.poll() is None)
        done = subprocess.run(["bash", "-c", curl], cwd=published.root, capture_output=True, text=True, check=True)
    finally:
        server.terminate()
        server.wait(30)
    answer = json.loads(done.stdout)
    assert (answer.pop("model"), shown.pop("model")[-3:]) == (
        load(published.root / "lab3/model").about["sha256"],
        "...",
    )
    assert answer.pop("effects") == pytest.approx(shown.pop("effects"), abs=1e-4)
    assert answer == {**shown, **{name: pytest.approx(shown[name], abs=1e-4) for name in ("chance_of_rain", "usual")}}
