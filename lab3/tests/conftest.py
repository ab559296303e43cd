"""What the tests of lab3 share: a checkout in a path with a space with lab2's model in it, and an empty registry."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.docker import registry  # noqa: F401  (a fixture)
from tests.support.servers import ENVIRONMENT


@pytest.fixture(scope="session")
def checkout(copy_repository: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean clone, as another person has it, after a run of lab2 and the import of its model."""
    root = copy_repository(tmp_path_factory.mktemp("lab3") / "my repository")
    for command in (["bash", "lab2/pipeline.sh"], ["python", "-m", "lab3.model_import"]):
        done = subprocess.run(command, cwd=root, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return root
