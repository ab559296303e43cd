"""The Docker engine through its command line; an error carries the engine's own message."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from core.base.errors import UserError

STRIPPED = "Error response from daemon: "


class EngineError(UserError):
    """A command of Docker failed."""


def docker(*arguments: str, **environment: str) -> str:
    """The output of docker on stdout. Raises EngineError."""
    return _run(*arguments, **environment).stdout.strip()


def logs(*arguments: str) -> list[str]:
    """Lines that containers wrote to stdout or stderr. Raises EngineError."""
    done = _run(*arguments)
    return (done.stdout + done.stderr).splitlines()


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(
            ["docker", *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise EngineError("the program docker is not installed: see, https://docs.docker.com/engine/install/") from None
    if done.returncode:
        raise EngineError(f"docker {' '.join(arguments[:2])}: {done.stderr.strip().removeprefix(STRIPPED)}")
    return done


def inspect(kind: str, name: str) -> dict[str, Any] | None:
    """The engine's facts about an image or a service; None if there is none of this name. Raises EngineError."""
    try:
        objects = json.loads(docker(kind, "inspect", name))
    except EngineError as error:
        if "no such" in str(error).lower():
            return None
        raise
    return dict(objects[0])


def labels(image: Mapping[str, Any]) -> dict[str, str]:
    return dict(image["Config"].get("Labels") or {})
