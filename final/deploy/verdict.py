"""Did the rollout succeed? `docker stack deploy` returns at once; the verdict is what Swarm makes of it afterwards."""

import json
import time
from collections.abc import Callable
from typing import Any

from deploy.engine import EngineError, docker, inspect, logs
from product.errors import UserError


class RolloutError(UserError):
    """The new image does not serve; str() says why and what serves instead."""


def tasks(service: str) -> list[dict[str, Any]]:
    """All tasks that Swarm remembers of a service, the failed ones too. Raises EngineError."""
    for attempt in range(3):
        ids = docker("service", "ps", "--quiet", "--no-trunc", service).split()
        try:
            return list(json.loads(docker("inspect", "--type", "task", *ids))) if ids else []
        except EngineError:  # Swarm forgot an old task between the two questions
            if attempt == 2:
                raise
    return []


def _said(value: Any) -> Any:
    """Without what is empty or false: Swarm writes some defaults into a service and not into its tasks."""
    if isinstance(value, dict):
        return {key: said for key, part in value.items() if (said := _said(part))}
    return value


def current(service: dict[str, Any], found: list[dict[str, Any]]) -> bool:
    """Whether exactly the wanted replicas run, all by the service's present specification."""
    spec = service["Spec"]
    alive = [task for task in found if task["DesiredState"] in ("running", "ready")]
    wanted = [
        task
        for task in alive
        if task["Status"]["State"] == "running"
        and _said(task["Spec"]["ContainerSpec"]) == _said(spec["TaskTemplate"]["ContainerSpec"])
    ]
    return len(wanted) == len(alive) == int(spec["Mode"]["Replicated"]["Replicas"])


def reason(image: str, found: list[dict[str, Any]]) -> str:
    """Why replicas of an image failed: what Swarm says of one, and the last telling line that one of them said."""
    failed = [t for t in found if t["Spec"]["ContainerSpec"]["Image"] == image and t["Status"]["State"] != "running"]
    failed.sort(key=lambda task: not task["Status"].get("Err"))
    if not failed:
        return "Swarm gives no reason"
    status = failed[0]["Status"]
    why = status.get("Err") or f"a replica was never ready ({status['State']}: {status.get('Message', '')})"
    for task in failed:
        try:
            said = logs("service", "logs", "--raw", "--tail", "20", task["ID"])
        except EngineError:
            continue
        if telling := [line for line in said if "not ready" in line or "Error" in line]:
            return f"{why}; it said: {telling[-1]}"
    return why


def wait_for_proxy(name: str, seconds: float) -> None:
    """Until the proxy runs as it is declared. Raises RolloutError where it does not within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        service, found = inspect("service", name), tasks(name)
        if service and current(service, found):
            return
        time.sleep(0.3)
    image = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] if service else ""
    raise RolloutError(
        f"{name} does not run after {seconds:.0f} s: {reason(image, found)}; see docker service ps {name}"
    )


def wait_for_the_old(name: str, seconds: float = 25) -> None:
    """Until the replicas that were told to stop have stopped: till then the proxy may ask one of them.

    At most for a little longer than they are given to stop: one on a machine that was lost never says that it did.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(t["DesiredState"] == "shutdown" and t["Status"]["State"] == "running" for t in tasks(name)):
            return
        time.sleep(0.3)


def wait(
    name: str, image: str, seconds: float, *, monitored: bool = True, tell: Callable[[str], None] = lambda said: None
) -> None:
    """Until the service runs `image` in all replicas and, where `monitored`, Swarm has watched them long enough.

    Raises RolloutError where Swarm rolled back or paused, where the first rollout's replicas fail, or after `seconds`.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        service = inspect("service", name)
        if service is None:
            raise RolloutError(f"there is no service {name}")
        found, update = tasks(name), service.get("UpdateStatus") or {}
        state = update.get("State", "")
        spec_image = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]
        tell(f"{state or 'starting'}: {sum(t['Status']['State'] == 'running' for t in found)} replicas run")
        if state == "rollback_completed" and current(service, found):
            raise RolloutError(f"rolled back to {spec_image}: {reason(image, found)}")
        if state in ("paused", "rollback_paused"):
            raise RolloutError(
                f"{state}: {update.get('Message', '')}: {reason(image, found)}; see docker service ps {name}"
            )
        settled = state in ("", "completed") or (not monitored and state == "updating")
        if settled and spec_image == image and current(service, found):
            wait_for_the_old(name)
            return
        broken = [t for t in found if t["Status"]["State"] in ("failed", "rejected")]
        if not state and len(broken) > 2 * service["Spec"]["Mode"]["Replicated"]["Replicas"]:
            raise RolloutError(f"the first replicas fail, and nothing was there to go back to: {reason(image, found)}")
        time.sleep(0.3)
    raise RolloutError(f"no verdict after {seconds:.0f} s; see docker service ps {name}")
