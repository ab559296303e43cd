"""A clone of the repository, driven by its own bash files."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.base.files import folder_hash
from tests.support.titanic import replaced


@dataclass
class Checkout:
    """A clone of the repository, driven by its own bash files."""

    root: Path

    @property
    def product(self) -> Path:
        return self.root / "final" / "products" / "titanic"

    def bash(
        self, script: str, *arguments: str, at: Path = Path("/"), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run final/SCRIPT from another directory; whatever interrupts the test ends all that it started."""
        command = ["bash", str(self.root / "final" / script), *arguments]
        process = subprocess.Popen(
            command,
            cwd=at,
            env={**os.environ, "TITANIC_TIMEOUT": "0", "COLUMNS": "200", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            stdout, stderr = process.communicate(timeout=570)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)

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
            process.wait(60)

    def edit(self, *changes: tuple[str, str]) -> None:
        """Replace text in product.yaml."""
        file = self.product / "product.yaml"
        file.write_text(replaced(file.read_text(), *changes))

    def copied(self, to: Path, product: str = "titanic") -> "Checkout":
        """A copy to break, in which DVC knows nothing of other products: what dvc.lock has of them would be read and
        written again after each stage, which takes half a second.
        """
        shutil.copytree(self.root, to, symlinks=True)
        copy = Checkout(to)
        copy._forget_other_products(product)
        return copy

    def _forget_other_products(self, name: str) -> None:
        file = self.root / "final" / "dvc.lock"
        head, *stages = re.split(r"^(?=  \w)", file.read_text(), flags=re.MULTILINE)
        own = [lines for lines in stages if lines.partition(":")[0].endswith(f"@{name}")]
        assert own
        file.write_text("".join([head, *own]))

    def forget_champion(self) -> None:
        """As before the first promotion."""
        for name in ("champion.json", "log.jsonl"):
            (self.product / "registry" / name).unlink()

    def champion(self) -> str:
        return str(json.loads((self.product / "registry" / "champion.json").read_bytes())["model"])

    def registry_state(self) -> str:
        return folder_hash(self.product / "registry")


@dataclass
class Twice:
    """A checkout in which a weak model was promoted and, after it, a good one."""

    checkout: Checkout
    weak: str
    good: str
