"""The committed notebook, and the test file that it writes."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from nbformat import NotebookNode
from threadpoolctl import threadpool_limits

from lab5.tests.support.notebook import LAB, module_of, read, written_file


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """The matrices are small: threads that wait for each other only slow the simulations down."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture(scope="session")
def notebook() -> NotebookNode:
    """The committed notebook; not to be changed."""
    return read(LAB / "quality.ipynb")


@pytest.fixture
def quality(notebook: NotebookNode, tmp_path: Path) -> ModuleType:
    """A fresh module of test_quality.py, as the notebook writes it."""
    path = tmp_path / "test_quality.py"
    path.write_text(written_file(notebook))
    return module_of(path)
