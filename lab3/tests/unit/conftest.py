"""A model made in milliseconds, for the tests that ask what the service does with any model."""

from pathlib import Path

import pytest

from lab3 import model_import
from lab3.tests.support import small_lab2


@pytest.fixture(scope="session")
def lab2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like lab2's after its pipeline; not to be changed."""
    folder = tmp_path_factory.mktemp("small") / "lab2"
    small_lab2.write(folder)
    return folder


@pytest.fixture(scope="session")
def model(lab2: Path) -> Path:
    """The imported model; not to be changed."""
    folder = lab2.with_name("model")
    model_import.main(lab2, folder)
    return folder
