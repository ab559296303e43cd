"""The notebook's own functions, and scratch copies of the repository in which its pipeline runs."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat import NotebookNode
from scipy import stats
from scipy.signal import lfilter
from sklearn.linear_model import HuberRegressor
from threadpoolctl import threadpool_limits

from lab5 import calibrate

LAB = Path(__file__).resolve().parents[1]
ROOT = LAB.parent
WRITE = "%%writefile "


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """The matrices are small: threads that wait for each other only slow the simulations down."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="session")
def notebook() -> NotebookNode:
    """The committed notebook; not to be changed."""
    node: NotebookNode = nbformat.read(LAB / "quality.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    return node


@pytest.fixture(scope="session")
def source(notebook: NotebookNode) -> str:
    """The text of test_quality.py, as the %%writefile cells write it."""
    text = ""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith(WRITE):
            head, body = cell.source.split("\n", 1)
            text = (text if "-a " in head else "") + body + "\n"
    return text


@pytest.fixture(scope="session")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ModuleType]:
    """Make a module of a (changed) text of test_quality.py."""

    def make(text: str) -> ModuleType:
        path = tmp_path_factory.mktemp("quality") / "test_quality.py"
        path.write_text(text)
        return calibrate.load(path)

    return make


@pytest.fixture(scope="session")
def quality(load: Callable[[str], ModuleType], source: str) -> ModuleType:
    return load(source)


@pytest.fixture(scope="session")
def process(notebook: NotebookNode) -> Any:
    """The notebook's functions that make, spoil, diagnose and repair a year."""
    names: dict[str, Any] = {"np": np, "pd": pd, "stats": stats, "lfilter": lfilter, "HuberRegressor": HuberRegressor}
    for cell in notebook.cells:
        if {"process", "repair"} & set(cell.metadata.get("tags", [])):
            exec(cell.source, names)
    return SimpleNamespace(**names)


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Make a copy of what lab5 needs of the repository, under a path with a space."""

    def make() -> Path:
        root = tmp_path_factory.mktemp("scratch") / "a copy"
        ignore = shutil.ignore_patterns("reports", "data", "model", "tests", "__pycache__", "test_quality.py")
        shutil.copytree(LAB, root / "lab5", ignore=ignore)
        for name in ("env.sh", "requirements.txt", "pyproject.toml", "conftest.py"):
            shutil.copy2(ROOT / name, root)
        (root / ".venv").symlink_to(ROOT / ".venv")
        return root

    return make


@pytest.fixture(scope="session")
def edit() -> Callable[[Path, str, str], None]:
    """Replace a text that stands exactly once in the notebook of a copy."""

    def change(root: Path, old: str, new: str) -> None:
        path = root / "lab5" / "quality.ipynb"
        node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        cells = [cell for cell in node.cells if cell.cell_type == "code" and old in cell.source]
        assert [cell.source.count(old) for cell in cells] == [1], f"{old!r} must stand once in the notebook"
        cells[0].source = cells[0].source.replace(old, new)
        nbformat.write(node, path)  # type: ignore[no-untyped-call]

    return change


def run_pipeline(
    root: Path, *arguments: str, before: tuple[str, ...] = (), **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the pipeline of a copy from another directory."""
    command = [*before, "bash", str(root / "lab5" / "pipeline.sh"), *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **env}
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, check=False, timeout=280)


@pytest.fixture(scope="session")
def pipeline() -> Callable[..., subprocess.CompletedProcess[str]]:
    return run_pipeline


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of the copy's lab5, by name."""
    files = (p for p in (root / "lab5").rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(root)): p.read_bytes() for p in files}


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    return snapshot
