"""What the tests of this folder share."""

import os
from pathlib import Path

import pytest

LAB = Path(__file__).resolve().parents[1]


@pytest.fixture
def offline() -> dict[str, str]:
    """The environment of a run that uses the pinned copy and spends no time on the network."""
    return {**os.environ, "TITANIC_TIMEOUT": "0", "OMP_NUM_THREADS": "1"}
