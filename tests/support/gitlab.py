"""GitLab pipelines run and checked by somebody else's tools: gitlab-emulator with its shell runner, check-jsonschema.

uvx fetches them into an environment of their own, because the emulator pins another antlr4 than hydra-core does.
"""

import os
import subprocess
from pathlib import Path

UVX = ["uvx", "--quiet", "--from", "gitlab-emulator==16.3.4", "--with", "check-jsonschema==0.39.0"]


def missing_emulator() -> str | None:
    """Why the tools cannot be used here, or None."""
    try:
        done = subprocess.run([*UVX, "gle", "--version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no gitlab-emulator ({error})"
    return None if done.returncode == 0 else "no gitlab-emulator (uvx could not fetch it)"


def emulate(checkout: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `gle ARGUMENTS` in a checkout; both outputs are in `stdout`. Of CI_* it sees only what is given here."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CI_")}
    return subprocess.run(
        [*UVX, "gle", *arguments], cwd=checkout, env=environment | variables, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=550,
    )  # fmt: skip


def check_schema(pipeline: Path) -> subprocess.CompletedProcess[str]:
    """Check a pipeline against GitLab's schema, which check-jsonschema carries; the emulator ignores unknown keys."""
    command = [*UVX, "python", "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(pipeline)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
