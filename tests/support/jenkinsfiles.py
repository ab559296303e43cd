"""Runs Jenkinsfiles through the runner's bash file, as a person does."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNNER = ROOT / "tests/jenkinsfile_runner"


def jenkinsfiles() -> list[Path]:
    """Every Jenkinsfile of the repository: the root's and those of its modules."""
    return [ROOT / "Jenkinsfile", *sorted(ROOT.glob("*/*Jenkinsfile"))]


def run_jenkinsfiles(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `run.sh ARGUMENTS` from another directory, with more environment variables."""
    command = ["bash", str(RUNNER / "run.sh"), *map(str, arguments)]
    env = os.environ | variables
    return subprocess.run(command, cwd="/", env=env, capture_output=True, text=True, check=False, timeout=550)
