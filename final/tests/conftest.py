"""A checkout whose pipeline ran once, and copies of it in which a test may break things."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checkout import Checkout


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Checkout:
    """A checkout, in a path with a space, in which the main job ran. Not to be changed."""
    checkout = Checkout(copy_repository(tmp_path_factory.mktemp("a checkout") / "mlops practices"))
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"Model test accuracy is: [01]\.\d{3}\n", done.stdout)
    return checkout


@pytest.fixture
def checkout(trained: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the trained checkout for one test to break."""
    shutil.copytree(trained.root, tmp_path / "my copy", symlinks=True)
    return Checkout(tmp_path / "my copy")
