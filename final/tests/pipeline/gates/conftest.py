import json
from pathlib import Path

import pytest

from tests.support.checkout import Checkout, Twice
from tests.support.made_once import made_once
from tests.support.titanic import GOOD, LOW, WEAK


@pytest.fixture(scope="session")
def promoted_twice(tmp_path_factory: pytest.TempPathFactory, trained: Checkout) -> Checkout:
    """That checkout, made once for all workers. Not to be changed."""

    def promote(folder: Path) -> None:
        checkout = trained.copied(folder / "checkout")
        checkout.forget_champion()
        checkout.edit(*WEAK, *LOW)
        weak = checkout.bash("pipeline.sh")
        assert weak.returncode == 0, weak.stderr
        assert "promoted: first model" in weak.stderr
        checkout.edit(*GOOD)
        good = checkout.bash("pipeline.sh")
        assert good.returncode == 0, good.stderr
        assert "promoted: roc_auc" in good.stderr

    return Checkout(made_once(tmp_path_factory, "a checkout promoted twice", promote) / "checkout")


@pytest.fixture
def twice(promoted_twice: Checkout, tmp_path: Path) -> Twice:
    """A copy of it for one test to break."""
    checkout = promoted_twice.copied(tmp_path / "my copy")
    log = (checkout.product / "registry" / "log.jsonl").read_text()
    weak, good = (str(json.loads(line)["model"]) for line in log.splitlines())
    return Twice(checkout, weak, good)
