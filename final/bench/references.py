"""What well-known libraries answer on the same scores; they run in an environment of their own."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.environments import PEERS, python_of


def answers(
    script: str, problems: Sequence[dict[str, Any]], environment: str = "references"
) -> list[dict[str, np.ndarray]]:
    """Of each problem the arrays that a script of peers/ writes; its docstring names what it reads and writes."""
    with TemporaryDirectory() as folder:
        files: list[Path] = []
        for number, arrays in enumerate(problems):
            files += [Path(folder, f"{number}.npz"), Path(folder, f"{number}-answer.npz")]
            np.savez(files[-2], **arrays)
        if subprocess.run([python_of(environment), PEERS / script, *files], check=False).returncode != 0:
            raise RuntimeError(f"{script} failed: see its output above")
        return [dict(np.load(file)) for file in files[1::2]]
