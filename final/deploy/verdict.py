"""Did the rollout succeed? `docker stack deploy` returns at once; the verdict is what Swarm does afterwards."""

import json
import os
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from core.base.errors import UserError
from deploy.engine import EngineError, docker, inspect, logs


class RolloutError(UserError):
    """The new image does not serve; str() has the reason and the image that serves instead."""


def tasks(service: str) -> list[dict[str, Any]]:
    """All tasks of a service that Swarm remembers, including failed ones. Raises EngineError."""
    for attempt in range(3):
        ids = docker("service", "ps", "--quiet", "--no-trunc", service).split()
        try:
            return list(json.loads(docker("inspect", "--type", "task", *ids))) if ids else []
        except EngineError:  # Swarm forgot an old task between the two questions
            if attempt == 2:
                raise
    return []


def _without_defaults(value: Any) -> Any:
    """Without empty and false values: Swarm writes some defaults into a service and not into its tasks."""
    if not isinstance(value, dict):
        return value
    parts = {key: _without_defaults(part) for key, part in value.items()}
    return {key: part for key, part in parts.items() if part}


def current(service: dict[str, Any], replicas: list[dict[str, Any]]) -> bool:
    """Whether exactly the declared number of replicas runs, all with the service's present specification."""
    spec = service["Spec"]
    declared = _without_defaults(spec["TaskTemplate"]["ContainerSpec"])
    alive = [task for task in replicas if task["DesiredState"] in ("running", "ready")]
    up_to_date = [
        task
        for task in alive
        if task["Status"]["State"] == "running" and _without_defaults(task["Spec"]["ContainerSpec"]) == declared
    ]
    return len(up_to_date) == len(alive) == int(spec["Mode"]["Replicated"]["Replicas"])


def reason(image: str, replicas: list[dict[str, Any]]) -> str:
    """Why replicas of an image failed: Swarm's message, and the last line of a log with an error."""
    failed = [
        task
        for task in replicas
        if task["Spec"]["ContainerSpec"]["Image"] == image and task["Status"]["State"] != "running"
    ]
    failed.sort(key=lambda task: not task["Status"].get("Err"))
    if not failed:
        return "Swarm gives no reason"
    status = failed[0]["Status"]
    message = status.get("Err") or f"a replica was never ready ({status['State']}: {status.get('Message', '')})"
    for task in failed:
        try:
            lines = logs("service", "logs", "--raw", "--tail", "20", task["ID"])
        except EngineError:
            continue
        if errors := [line for line in lines if "not ready" in line or "Error" in line]:
            return f"{message}; its log: {errors[-1]}"
    return message


def wait_for_proxy(name: str, seconds: float) -> None:
    """Wait until the proxy runs as declared. Raises RolloutError if it does not within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        service = inspect("service", name)
        replicas = tasks(name)
        if service and current(service, replicas):
            return
        time.sleep(0.3)
    image = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] if service else ""
    raise RolloutError(
        f"{name} does not run after {seconds:.0f} s: {reason(image, replicas)}; see docker service ps {name}"
    )


def address_of(proxy: str) -> str:
    """The machine whose port the proxy holds, as it is reached from here. Raises EngineError."""
    here = docker("info", "--format", "{{.Swarm.NodeID}}")
    nodes = [task["NodeID"] for task in tasks(proxy) if task["Status"]["State"] == "running"]
    if not nodes or nodes[-1] == here:
        return urlsplit(os.environ.get("DOCKER_HOST", "")).hostname or "127.0.0.1"
    return docker("node", "inspect", "--format", "{{.Status.Addr}}", nodes[-1])


def wait_for_answer(url: str, seconds: float) -> None:
    """Wait until a replica answers through the proxy, which looks for replicas twice a second.

    Raises RolloutError if none does within `seconds`.
    """
    end, answer = time.monotonic() + seconds, ""
    with httpx.Client(transport=httpx.HTTPTransport(), timeout=5) as client:
        while time.monotonic() < end:
            try:
                reply = client.get(f"{url}/readyz")
            except httpx.HTTPError as error:
                answer = f"{type(error).__name__}: {error}"
            else:
                if reply.is_success:
                    return
                answer = f"{reply.status_code} {' '.join(reply.text.split())[:200]}"
            time.sleep(0.1)
    raise RolloutError(f"{url}: the replicas are ready, but no answer comes through the proxy: {answer}")


def wait_for_the_old(name: str, seconds: float = 25) -> None:
    """Wait until the replicas that were told to stop have stopped, since the proxy may still use one of them.

    It waits only a little longer than their stop timeout, since one on a lost machine never reports that it stopped.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(t["DesiredState"] == "shutdown" and t["Status"]["State"] == "running" for t in tasks(name)):
            return
        time.sleep(0.3)


def ignore(state: str) -> None:
    """The default of `wait`: nobody watches."""


def wait(
    name: str, image: str, seconds: float, *, monitored: bool = True, tell: Callable[[str], None] = ignore
) -> None:
    """Wait until all replicas run `image` and, if `monitored`, Swarm has watched them long enough.

    Raises RolloutError if Swarm rolled back or paused, if the replicas of the first rollout fail, or after `seconds`.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        service = inspect("service", name)
        if service is None:
            raise RolloutError(f"there is no service {name}")
        replicas = tasks(name)
        update = service.get("UpdateStatus") or {}
        state = update.get("State", "")
        spec_image = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]
        tell(f"{state or 'starting'}: {sum(task['Status']['State'] == 'running' for task in replicas)} replicas run")
        if state == "rollback_completed" and current(service, replicas):
            raise RolloutError(f"rolled back to {spec_image}: {reason(image, replicas)}")
        if state in ("paused", "rollback_paused"):
            raise RolloutError(
                f"{state}: {update.get('Message', '')}: {reason(image, replicas)}; see docker service ps {name}"
            )
        settled = state in ("", "completed") or (not monitored and state == "updating")
        if settled and spec_image == image and current(service, replicas):
            wait_for_the_old(name)
            return
        broken = [task for task in replicas if task["Status"]["State"] in ("failed", "rejected")]
        if not state and len(broken) > 2 * service["Spec"]["Mode"]["Replicated"]["Replicas"]:
            raise RolloutError(f"the first replicas fail, and no earlier image exists: {reason(image, replicas)}")
        time.sleep(0.3)
    raise RolloutError(f"no verdict after {seconds:.0f} s; see docker service ps {name}")
