"""A folder of products of the test's own, and a checkout in which a table was drafted and run."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from product import catalog, draft, paths, product_file
from tests.checkout import Checkout
from tests.draft import forms
from tests.draft.shop import drafted


@pytest.fixture
def products(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (catalog, draft, paths, product_file):
        monkeypatch.setattr(module, "PRODUCTS", tmp_path / "products")
    return tmp_path / "products"


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Checkout:
    """A checkout in which a table was drafted and run once. Not to be changed."""
    checkout = Checkout(copy_repository(tmp_path_factory.mktemp("drafts") / "checkout"))
    forms.FILES["decimal_comma.csv"](checkout.root / "shop.csv")
    done = drafted(checkout, checkout.root / "shop.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Model test roc_auc is: 0.")
    assert "promoted: first model" in done.stderr
    return checkout


@pytest.fixture
def shop(ran: Checkout, tmp_path: Path) -> Checkout:
    """A copy of that checkout for one test."""
    shutil.copytree(ran.root, tmp_path / "checkout", symlinks=True)
    return Checkout(tmp_path / "checkout")
