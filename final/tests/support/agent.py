"""A developer, a bare repository and a build agent: what a push sets off, without a Jenkins server."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.base.paths import FINAL

ROOT = FINAL.parent
STAGES = re.findall(r"stage\('([^']+)'\)", (ROOT / "final" / "Jenkinsfile").read_text())
Change = Callable[[Path], object]


@dataclass(frozen=True)
class Build:
    """How a build ended: exit code, log, and the result of each stage as the summary gives it."""

    code: int
    log: str

    @property
    def stages(self) -> dict[str, str]:
        return dict(re.findall(r"^ +(?:[\d.]+ s|-)  ([^:]+): (.+)$", self.log, re.MULTILINE))

    def stopped_at(self) -> str:
        """The stage that failed; asserts that it was one, and that none after it ran."""
        [failed] = [name for name, result in self.stages.items() if result == "FAILURE"]
        later = STAGES[STAGES.index(failed) + 1 :]
        assert {self.stages[name] for name in later} == {"skipped: earlier failure(s)"}, self.log
        return failed


@dataclass
class Ci:
    home: Path
    parameters: dict[str, str]
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def developer(self) -> Path:
        return self.home / "developer"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}

    def git(self, *arguments: str, at: Path | None = None) -> str:
        identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=at or self.developer, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def push(self, branch: str, change: Change, message: str) -> str:
        """The developer changes something on top of the good commit and pushes; the new commit."""
        self.git("checkout", "-qf", "-B", branch, "good")
        change(self.developer)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.git("push", "-qf", "origin", branch)
        return self.git("rev-parse", "HEAD")

    def bash(self, line: str) -> subprocess.CompletedProcess[str]:
        """A line that the developer types in his checkout."""
        return subprocess.run(
            ["bash", "-c", line], cwd=self.developer, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def build(self, branch: str, first: str = STAGES[0]) -> Build:
        """What the agent does after a push: its workspace of the branch brought to the commit, then the stages."""
        workspace = self.home / "agent" / branch.replace("/", "-")
        if not workspace.exists():
            self.git("clone", "-q", str(self.home / "origin.git"), str(workspace), at=self.home)
            (workspace / ".venv").symlink_to((ROOT / ".venv").resolve())
        self.git("fetch", "-q", "origin", at=workspace)
        self.git("checkout", "-qf", "-B", branch, f"origin/{branch}", at=workspace)
        command = ["bash", str(workspace / "tests/jenkinsfile_runner/run.sh"), str(workspace / "final" / "Jenkinsfile")]
        command += ["--branch", branch, "--builds", str(self.home / "builds")]
        command += [word for name, value in self.parameters.items() for word in ("--param", f"{name}={value}")]
        command += [word for stage in STAGES[STAGES.index(first) :] for word in ("--stage", stage)]
        done = subprocess.run(
            command, cwd="/", env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )  # fmt: skip
        return Build(done.returncode, done.stdout)


def settle(home: Path, trained: Path, parameters: dict[str, str], variables: dict[str, str]) -> Ci:
    """The developer's checkout, a copy of one whose pipeline ran, and the bare repository that it is pushed to."""
    shutil.copytree(trained, home / "developer", symlinks=True)
    ci = Ci(home, parameters, variables)
    ci.git("init", "-q", "--bare", "-b", "main", str(home / "origin.git"), at=home)
    ci.git("remote", "add", "origin", str(home / "origin.git"))
    ci.git("commit", "-q", "--allow-empty", "-a", "-m", "as the pipeline left it")
    ci.git("tag", "good")
    return ci
