"""Runs Jenkinsfiles through run.sh, as a person would; several in one call, since each call starts a JVM."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

JENKINS = Path(__file__).resolve().parents[1]
FILES = JENKINS / "tests/jenkinsfiles"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def jenkinsfiles() -> Path:
    return FILES


@pytest.fixture(scope="session")
def run() -> Run:
    """`run(*arguments, **variables)`: run.sh from another directory than the repository's."""

    def call(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", str(JENKINS / "run.sh"), *map(str, arguments)]
        env = os.environ | variables
        return subprocess.run(command, cwd="/", env=env, capture_output=True, text=True, check=False, timeout=280)

    return call


@pytest.fixture
def scratch(tmp_path: Path) -> list[object]:
    """The options that give a build a workspace (with a space in its name) and a builds folder of its own."""
    workspace = tmp_path / "work space"
    workspace.mkdir()
    return ["--workspace", workspace, "--builds", tmp_path / "builds"]
