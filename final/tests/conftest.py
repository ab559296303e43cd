"""Checkouts in which a pipeline ran, made once for all workers of a run, and copies of them to break."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import forms
from tests.support.checkout import Checkout
from tests.support.made_once import made_once
from tests.support.shop import NAME, drafted


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Checkout:
    """A checkout, in a path with a space, in which the main job ran. Not to be changed."""

    def train(folder: Path) -> None:
        done = Checkout(copy_repository(folder)).bash("pipeline.sh")
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"Model test accuracy is: [01]\.\d{3}\n", done.stdout)

    return Checkout(made_once(tmp_path_factory, "a trained checkout", train))


@pytest.fixture
def checkout(trained: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the trained checkout for one test to break."""
    return trained.copied(tmp_path / "my copy")


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Checkout:
    """A checkout in which a table was drafted and run once. Not to be changed."""

    def draft(folder: Path) -> None:
        checkout = Checkout(copy_repository(folder))
        forms.FILES["decimal_comma.csv"](checkout.root / "shop.csv")
        done = drafted(checkout, checkout.root / "shop.csv")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Model test roc_auc is: 0.")
        assert "promoted: first model" in done.stderr

    return Checkout(made_once(tmp_path_factory, "a drafted checkout", draft))


@pytest.fixture
def shop(ran: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the drafted checkout for one test to break."""
    return ran.copied(tmp_path / "checkout", NAME)
