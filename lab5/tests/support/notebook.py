"""The committed notebook as the tests read it, and whether two executed notebooks have the same outputs."""

import base64
import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib.image
import nbformat
import numpy as np
from nbformat import NotebookNode

LAB = Path(__file__).resolve().parents[2]
WRITE = "%%writefile test_quality.py\n"
DURATION = re.compile(r" in [\d.]+s( \(.+\))? =+$", re.MULTILINE)  # in pytest's last line
PIXELS = 1e-4  # mean difference of two pictures, of 1, that is still the same picture: about one pixel in 10,000


def read(path: Path) -> NotebookNode:
    node: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return node


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    """The cell with this id."""
    node: NotebookNode
    (node,) = (c for c in notebook.cells if c.id == name)
    return node


def written_file(notebook: NotebookNode) -> str:
    """The text of test_quality.py, as the notebook writes it."""
    (source,) = (c.source for c in notebook.cells if c.source.startswith(WRITE))
    return str(source).removeprefix(WRITE) + "\n"


def module_of(path: Path) -> ModuleType:
    """A Python file as a module."""
    spec = importlib.util.spec_from_file_location("notebook_test_quality", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def same_picture(first: bytes, second: bytes) -> bool:
    """PNG against PNG, by their pixels."""
    a, b = (matplotlib.image.imread(io.BytesIO(png)) for png in (first, second))
    return a.shape == b.shape and float(np.mean(np.abs(a - b))) < PIXELS


def shown(outputs: list[NotebookNode]) -> list[tuple[str, Any]]:
    """Kind and content of each output, without durations."""
    contents = []
    for output in outputs:
        for kind, content in {**output.get("data", {}), "text": output.get("text", "")}.items():
            contents.append((kind, DURATION.sub("", str(content)).strip()))
    return contents


def same_outputs(first: NotebookNode, second: NotebookNode) -> bool:
    """Whether two code cells show the same."""
    pairs = shown(first.outputs), shown(second.outputs)
    if [kind for kind, _ in pairs[0]] != [kind for kind, _ in pairs[1]]:
        return False
    for (kind, a), (_, b) in zip(*pairs, strict=True):
        equal = same_picture(base64.b64decode(a), base64.b64decode(b)) if kind == "image/png" else a == b
        if not equal:
            return False
    return True


def differences(committed: NotebookNode, executed: NotebookNode) -> list[str]:
    """The ids of the cells of which one notebook has another source or shows another output."""
    first, second = ({c.id: c for c in notebook.cells} for notebook in (committed, executed))
    names = list(first.keys() ^ second.keys())
    for name in first.keys() & second.keys():
        same_source = first[name].source == second[name].source
        if not same_source or (first[name].cell_type == "code" and not same_outputs(first[name], second[name])):
            names.append(name)
    return sorted(names)
