"""The file in which a Dask scheduler of a test says where it listens."""

import json
from pathlib import Path

from tests.support.servers import until


def address(file: Path) -> str:
    """Waits for it: the file is there before its content is."""
    until(lambda: file.exists() and file.read_text().endswith("}"), 120)
    return str(json.loads(file.read_text())["address"])
