"""A folder of products of the test's own."""

from pathlib import Path

import pytest

from product import catalog, draft, product_file


@pytest.fixture
def products(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (catalog, draft, product_file):
        monkeypatch.setattr(module, "PRODUCTS", tmp_path / "products")
    return tmp_path / "products"
