"""A fresh clone of a checkout, and that data and model come to it by DVC."""

import subprocess
from pathlib import Path

from tests.support.checkout import Checkout


def fresh_clone(checkout: Checkout, to: Path) -> Checkout:
    subprocess.run(["git", "clone", "-q", str(checkout.root), str(to)], check=True)
    (to / ".venv").symlink_to((checkout.root / ".venv").resolve())
    return Checkout(to)


def assert_travels(checkout: Checkout, clone: Checkout) -> None:
    pushed = checkout.bash("pipeline.sh", "--push")
    assert pushed.returncode == 0, pushed.stderr
    assert "pushed 0 files" not in pushed.stderr
    done = clone.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    ran = [line.split()[0] for line in done.stderr.splitlines() if line.startswith(("data_", "model_"))]
    assert ran == ["model_promotion"]
    assert done.stdout == pushed.stdout
    assert clone.champion() == checkout.champion()
