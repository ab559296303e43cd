"""What unit tests of several packages need."""

from pathlib import Path

import pytest


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """A folder for products of the test's own; not there yet."""
    return tmp_path / "products"
