"""Tests that need a tool skip where it is missing; REQUIRE="docker browser ..." turns such a skip into a failure."""

import os
import shutil
import subprocess
from collections.abc import Callable, Set
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent


def _docker() -> str | None:
    if not shutil.which("docker"):
        return "no program docker"
    done = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else "no Docker engine answers"


def _program(*names: str, folders: str = "") -> str | None:
    path = os.pathsep.join(filter(None, [os.environ.get("PATH", ""), folders]))
    return None if any(shutil.which(n, path=path) for n in names) else f"no program {' or '.join(names)}"


TOOLS: dict[str, Callable[[], str | None]] = {
    "docker": _docker,
    "browser": lambda: _program("chromium", "chromium-browser", "google-chrome"),
    "groovy": lambda: _program("groovy"),
    "postgres": lambda: _program(
        "postgres", folders=os.pathsep.join(map(str, Path("/usr/lib/postgresql").glob("*/bin")))
    ),
    "s3": lambda: _program("weed"),
    "sshd": lambda: _program("sshd", folders="/usr/sbin"),
}
_missing: dict[str, str | None] = {}


def required() -> set[str]:
    """Tools named in REQUIRE; a name nobody knows is an error, since it would require nothing."""
    names = set(os.environ.get("REQUIRE", "").split())
    if unknown := names - TOOLS.keys():
        raise pytest.UsageError(f"REQUIRE names {sorted(unknown)}; known are {sorted(TOOLS)}")
    return names


def lacks(reason: str, tools: Set[str] = TOOLS.keys()) -> NoReturn:
    """What a test lacks here: it is skipped, or it fails where REQUIRE names one of the tools."""
    if named := tools & required():
        pytest.fail(f"REQUIRE says {' '.join(sorted(named))}, but there is {reason}", pytrace=False)
    pytest.skip(f"{reason} here")


def pytest_configure(config: pytest.Config) -> None:
    required()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for tool in TOOLS.keys() & {mark.name for mark in item.iter_markers()}:
        if tool not in _missing:
            _missing[tool] = TOOLS[tool]()
        if reason := _missing[tool]:
            lacks(reason, {tool})


@pytest.fixture(scope="session")
def copy_repository() -> Callable[..., Path]:
    """A function that makes a clean checkout of the working tree, as a clone would be, with this environment in it.

    Given paths as git takes them, it is a checkout of these alone.
    """

    def copy(to: Path, *paths: str) -> Path:
        command = ["git", "ls-files", "-coz", "--exclude-standard", "--", *paths]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (to / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, to / name)
        # the place is in the message, so that two copies made in one second are two commits, with images of their own
        git: list[str] = [
            "git",
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@localhost",
            "-c",
            "commit.gpgsign=false",
        ]
        for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", f"copy to {to}"]):
            subprocess.run([*git, *command], cwd=to, check=True)
        if (ROOT / ".venv").exists():
            (to / ".venv").symlink_to(ROOT / ".venv")
        return to

    return copy
