"""What is made of each thing that Swarm can say of a rollout, without a Swarm."""

from typing import Any

import httpx
import pytest

from deploy import verdict
from deploy.verdict import RolloutError, address_of, wait, wait_for_answer, wait_for_proxy

NEW, OLD = "app@sha256:1", "app@sha256:0"


def service(image: str, state: str = "", replicas: int = 2) -> dict[str, Any]:
    spec = {"TaskTemplate": {"ContainerSpec": {"Image": image}}, "Mode": {"Replicated": {"Replicas": replicas}}}
    return {"Spec": spec, "UpdateStatus": {"State": state, "Message": "update paused"}}


def task(image: str, state: str = "running", wanted: str = "running") -> dict[str, Any]:
    status = {"State": state, "Err": "exit 1" if state == "failed" else ""}
    return {"ID": "t", "DesiredState": wanted, "Status": status, "Spec": {"ContainerSpec": {"Image": image}}}


@pytest.fixture
def swarm(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Swarm says; time passes only by waiting."""
    said: dict[str, Any] = {"service": None, "tasks": [], "now": 0.0}
    monkeypatch.setattr(verdict, "inspect", lambda kind, name: said["service"])
    monkeypatch.setattr(verdict, "tasks", lambda name: said["tasks"])
    monkeypatch.setattr(verdict, "logs", lambda *arguments: ["usual", "not ready: the hash is another"])
    monkeypatch.setattr("time.monotonic", lambda: said["now"])
    monkeypatch.setattr("time.sleep", lambda seconds: said.update(now=said["now"] + seconds))
    return said


@pytest.mark.parametrize("state", ["", "completed"])
def test_all_replicas_of_the_wanted_image_are_a_success(swarm: dict[str, Any], state: str) -> None:
    swarm |= {"service": service(NEW, state), "tasks": [task(NEW), task(NEW), task(OLD, "failed", "shutdown")]}
    wait("s", NEW, 60)
    assert swarm["now"] == 0


@pytest.mark.parametrize(
    ("state", "image", "tasks", "words"),
    [
        ("rollback_completed", OLD, [task(OLD), task(OLD), task(NEW, "failed", "shutdown")], "rolled back to app"),
        ("paused", NEW, [task(NEW, "failed"), task(OLD)], "paused: update paused: exit 1; its log: not ready"),
        ("rollback_paused", OLD, [task(OLD)], "rollback_paused"),
        ("", NEW, [task(NEW, "failed", "shutdown")] * 5, "the first replicas fail, and no earlier image exists"),
        ("updating", NEW, [task(NEW), task(NEW)], "no verdict after 60 s"),  # Swarm still watches them
        ("rollback_started", OLD, [task(OLD), task(OLD)], "no verdict after 60 s"),
        ("completed", NEW, [task(NEW)], "no verdict after 60 s"),  # a replica is lacking
        ("completed", NEW, [task(NEW), task(NEW, "starting")], "no verdict after 60 s"),
        ("completed", NEW, [task(NEW), task(OLD)], "no verdict after 60 s"),
        ("completed", OLD, [task(OLD), task(OLD)], "no verdict after 60 s"),  # what was asked for is another image
    ],
)  # fmt: skip
def test_all_else_is_a_failure_that_says_why(
    swarm: dict[str, Any], state: str, image: str, tasks: list[dict[str, Any]], words: str
) -> None:
    swarm |= {"service": service(image, state), "tasks": tasks}
    with pytest.raises(RolloutError, match=words):
        wait("s", NEW, 60)


def test_a_rollback_does_not_wait_for_swarm_to_watch_but_for_the_old_to_stop(swarm: dict[str, Any]) -> None:
    swarm |= {"service": service(NEW, "updating"), "tasks": [task(NEW), task(NEW)]}
    wait("s", NEW, 60, monitored=False)
    assert swarm["now"] == 0
    swarm["tasks"].append(task(OLD, "running", "shutdown"))
    wait("s", NEW, 60, monitored=False)
    assert 20 < swarm["now"] < 30


def test_no_service_is_a_failure(swarm: dict[str, Any]) -> None:
    with pytest.raises(RolloutError, match="there is no service s"):
        wait("s", NEW, 60)
    with pytest.raises(RolloutError, match="does not run after 5 s"):
        wait_for_proxy("s", 5)


def test_a_proxy_that_does_not_run_is_a_failure(swarm: dict[str, Any]) -> None:
    swarm |= {"service": service(NEW, replicas=1), "tasks": [task(NEW, "failed")]}
    with pytest.raises(RolloutError, match="does not run after 5 s: exit 1"):
        wait_for_proxy("s", 5)
    swarm["tasks"] = [task(NEW)]
    wait_for_proxy("s", 5)


def test_it_is_deployed_when_an_answer_comes_through_the_proxy(
    swarm: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    no_server = httpx.Response(503, text="<html>No server</html>")
    answers: list[httpx.Response | Exception] = [httpx.ConnectError("refused"), no_server, httpx.Response(200)]

    def proxy(request: httpx.Request) -> httpx.Response:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(httpx, "HTTPTransport", lambda: httpx.MockTransport(proxy))
    wait_for_answer("http://proxy:8000", 60)
    assert len(answers) == 1
    answers[:] = [no_server]
    with pytest.raises(RolloutError, match=r"http://proxy:8000: .* no answer .*: 503 <html>No server</html>"):
        wait_for_answer("http://proxy:8000", 5)


def test_the_proxy_is_asked_on_its_own_machine(swarm: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "docker", lambda *arguments: "here" if arguments[0] == "info" else "10.0.0.7")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    swarm["tasks"] = [{**task(NEW), "NodeID": "here"}]
    assert address_of("s") == "127.0.0.1"
    monkeypatch.setenv("DOCKER_HOST", "ssh://ops@manager")
    assert address_of("s") == "manager"
    swarm["tasks"] = [{**task(NEW), "NodeID": "there"}]
    assert address_of("s") == "10.0.0.7"
