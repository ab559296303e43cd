"""A clone of the repository, driven by its own bash files."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from product.files import folder_hash


@dataclass
class Checkout:
    """A clone of the repository, driven by its own bash files."""

    root: Path

    @property
    def product(self) -> Path:
        return self.root / "final" / "products" / "titanic"

    def bash(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run final/SCRIPT from another directory."""
        return subprocess.run(
            ["bash", str(self.root / "final" / script), *arguments],
            cwd="/",
            env={**os.environ, "TITANIC_TIMEOUT": "0", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def kill_when(self, when: Callable[[int], bool], *arguments: str) -> None:
        """Start pipeline.sh, and kill it with all that it started as soon as `when` holds of its process id."""
        process = subprocess.Popen(
            ["bash", str(self.root / "final" / "pipeline.sh"), *arguments],
            env={**os.environ, "TITANIC_TIMEOUT": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 120
        try:
            while not when(process.pid):
                assert process.poll() is None, "it ended before it came to the point where it was to be killed"
                assert time.monotonic() < end, "it never came to the point where it was to be killed"
                time.sleep(0.01)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def edit(self, *changes: tuple[str, str]) -> None:
        """Replace text in product.yaml; a text that is not there exactly once is a mistake of the test."""
        file = self.product / "product.yaml"
        text = file.read_text()
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in product.yaml"
            text = text.replace(old, new)
        file.write_text(text)

    def forget_champion(self) -> None:
        """As before the first promotion."""
        for name in ("champion.json", "log.jsonl"):
            (self.product / "registry" / name).unlink()

    def champion(self) -> str:
        return str(json.loads((self.product / "registry" / "champion.json").read_bytes())["model"])

    def registry_state(self) -> str:
        return folder_hash(self.product / "registry")
