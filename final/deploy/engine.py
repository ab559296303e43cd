"""The Docker engine as its command line gives it: what was asked, or a UserError with the engine's own words."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from product.errors import UserError

STRIPPED = "Error response from daemon: "


class EngineError(UserError):
    """Docker did not do it."""


def docker(*arguments: str, **environment: str) -> str:
    """What docker prints on stdout. Raises EngineError."""
    return _run(*arguments, **environment).stdout.strip()


def logs(*arguments: str) -> list[str]:
    """Lines that containers wrote, on whichever stream. Raises EngineError."""
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
        raise EngineError("there is no program docker: install it, https://docs.docker.com/engine/install/") from None
    if done.returncode:
        raise EngineError(f"docker {' '.join(arguments[:2])}: {done.stderr.strip().removeprefix(STRIPPED)}")
    return done


def inspect(kind: str, name: str) -> dict[str, Any] | None:
    """What the engine knows of an image, a service; None where there is none of this name. Raises EngineError."""
    try:
        found = json.loads(docker(kind, "inspect", name))
    except EngineError as error:
        if "no such" in str(error).lower():
            return None
        raise
    return dict(found[0])


def labels(image: Mapping[str, Any]) -> dict[str, str]:
    return dict(image["Config"].get("Labels") or {})
