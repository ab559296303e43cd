"""`docker run` and `curl` as the README has them."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.checkout import Checkout

README = Path(__file__).resolve().parents[3] / "README.md"
pytestmark = pytest.mark.docker


def test_the_readmes_commands_answer(trained: Checkout) -> None:
    blocks = re.findall(r"^```\w*\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    (block,) = [block for block in blocks if "docker run" in block]
    name = re.search(r"--name (\S+)", block)
    assert name
    try:
        script = f"set -euo pipefail\n{block}"
        done = subprocess.run(["bash", "-c", script], cwd=trained.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answer = json.loads(
            next(line for line in done.stdout.splitlines() if line.startswith("{")).rpartition("}")[0] + "}"
        )
        assert answer.keys() == {"prediction", "probability", "set", "model"}
        assert (answer["prediction"], answer["model"]) == (1, trained.champion())
    finally:
        subprocess.run(["docker", "rm", "--force", name[1]], capture_output=True, check=False)
