"""`python -m deploy.kubernetes PRODUCT IMAGE`: Kubernetes manifests made from stack.yaml.

Replicas, limits, health checks and update order are read from stack.yaml, so that Swarm and Kubernetes share one file;
its x-kubernetes has the settings that Swarm does not have. Without --keys everyone in the cluster may use the API.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from ruamel.yaml import YAML

from core.base.errors import UserError

STACK = Path(__file__).resolve().parent / "stack.yaml"
UID = 10001  # the Dockerfile's USER
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Compose's ${NAME}, ${NAME:-default} and ${NAME:?reason}. Raises UserError if a required variable is not set."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if given := variables.get(name):
            return given
        if kind == "?":
            raise UserError(f"{STACK}: {name} is not set: {rest or 'it is needed'}")
        return rest or ""

    return _VARIABLE.sub(value, text)


def seconds(duration: str) -> int:
    """Whole seconds of a duration like 20s or 1m, at least 1."""
    match = re.fullmatch(r"(\d+)(ms|s|m|h)", duration)
    if not match:
        raise UserError(f"{STACK}: {duration!r} is not a duration like 20s")
    return max(1, round(int(match[1]) * _UNITS[match[2]]))


def quantities(resources: Mapping[str, Any]) -> dict[str, str]:
    """Swarm's cpus and memory as Kubernetes writes them."""
    memory = re.sub(r"([kmg])b?$", lambda unit: f"{unit[1].upper()}i", resources["memory"].lower())
    return {"cpu": f"{float(resources['cpus']) * 1000:.0f}m", "memory": memory}


def container(api: Mapping[str, Any], extra: Mapping[str, Any], secret: str) -> dict[str, Any]:
    check, resources, port = api["healthcheck"], api["deploy"]["resources"], extra["port"]
    times = {"periodSeconds": seconds(check["interval"]), "timeoutSeconds": seconds(check["timeout"])}
    ready = {"httpGet": {"path": "/readyz", "port": "http"}, **times}
    alive = {"httpGet": {"path": "/healthz", "port": "http"}, **times, "periodSeconds": 10}
    environment = {"SERVICE_API_KEYS_FILE": "/run/secrets/api_keys/keys"} if secret else {"SERVICE_INSECURE": "1"}
    mounts = [{"name": f"tmp{i}", "mountPath": path} for i, path in enumerate(api["tmpfs"])]
    if secret:
        mounts.append({"name": "keys", "mountPath": "/run/secrets/api_keys", "readOnly": True})
    return {
        "name": "api",
        "image": api["image"],
        "ports": [{"name": "http", "containerPort": port}],
        "env": [{"name": name, "value": value} for name, value in environment.items()],
        "resources": {
            "limits": quantities(resources["limits"]),
            "requests": quantities(resources["reservations"]),
        },
        "startupProbe": {**ready, "failureThreshold": seconds(check["start_period"]) // times["periodSeconds"]},
        "readinessProbe": {**ready, "failureThreshold": check["retries"]},
        "livenessProbe": {**alive, "failureThreshold": 3},
        # the Service removes a stopping pod a moment after the pod is told to stop; until then it must still answer
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", str(extra["drain_seconds"])]}}},
        "securityContext": {
            "readOnlyRootFilesystem": api["read_only"],
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": api["cap_drop"]},
        },
        "volumeMounts": mounts,
    }


def manifests(name: str, stack: Mapping[str, Any], secret: str = "") -> list[dict[str, Any]]:
    """Deployment, Service, HorizontalPodAutoscaler and PodDisruptionBudget, called `name`."""
    api, extra = stack["services"]["api"], stack["x-kubernetes"]
    labels = {"app.kubernetes.io/name": name}
    update = api["deploy"]["update_config"]
    metadata = {"name": name, "labels": labels}
    volumes: list[dict[str, Any]] = [
        {"name": f"tmp{i}", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}} for i, _ in enumerate(api["tmpfs"])
    ]
    if secret:
        volumes.append({"name": "keys", "secret": {"secretName": secret, "items": [{"key": "keys", "path": "keys"}]}})
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": seconds(api["stop_grace_period"]) + extra["drain_seconds"],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": UID,
            "runAsGroup": UID,
            "fsGroup": UID,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container(api, extra, secret)],
        "volumes": volumes,
    }
    if update["order"] != "start-first":
        raise UserError(f"{STACK}: update_config.order is {update['order']}, which Kubernetes does not have")
    strategy = {"maxUnavailable": 0, "maxSurge": int(update["parallelism"])}
    deployment = {
        # no replicas: the autoscaler decides, and applying this again must not change its decision
        "selector": {"matchLabels": labels},
        "minReadySeconds": 1,
        "progressDeadlineSeconds": seconds(update["monitor"]) * 4,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": strategy},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    scaler = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": int(api["deploy"]["replicas"]),
        "maxReplicas": extra["max_replicas"],
        "metrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "target": {"type": "Utilization", "averageUtilization": extra["target_cpu_percent"]},
                },
            }
        ],
    }
    service = {"selector": labels, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
    budget = {"minAvailable": extra["min_available"], "selector": {"matchLabels": labels}}
    kinds: list[tuple[str, str, dict[str, Any]]] = [
        ("apps/v1", "Deployment", deployment),
        ("v1", "Service", service),
        ("autoscaling/v2", "HorizontalPodAutoscaler", scaler),
        ("policy/v1", "PodDisruptionBudget", budget),
    ]
    return [{"apiVersion": v, "kind": kind, "metadata": metadata, "spec": spec} for v, kind, spec in kinds]


def main(
    product: Annotated[str, typer.Argument(help="A product of products/.")],
    image: Annotated[str, typer.Argument(help="Its image, by digest: REGISTRY/NAME@sha256:...")],
    keys: Annotated[str, typer.Option(help="Secret whose entry `keys` holds the API keys.")] = "",
) -> None:
    """Print the manifests as YAML, for kubectl apply -f -. They are tested against the schemas, not on a cluster."""
    variables = {**os.environ, "IMAGE": image, "STACK": f"final-{product}", "HAPROXY_HASH": "none"}
    try:
        stack = YAML(typ="safe").load(interpolate(STACK.read_text(encoding="utf-8"), variables))
        documents = manifests(f"final-{product}", stack, keys)
    except (UserError, KeyError) as error:
        sys.exit(f"kubernetes: {error}")
    writer = YAML()
    writer.representer.ignore_aliases = lambda _: True
    writer.dump_all(documents, sys.stdout)


if __name__ == "__main__":
    typer.run(main)
