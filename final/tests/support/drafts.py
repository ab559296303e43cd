"""Products drafted from a table whose target is y, in a folder of the test's own."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.base.errors import UserError
from core.draft import draft
from core.draft.options import Wish
from core.spec import yaml_file
from core.spec.product import Product
from core.table import typed
from stages import data_creation


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """A folder for products of the test's own; not there yet."""
    return tmp_path / "products"


def drafted(data: Path | str, products: Path, **wish: Any) -> tuple[Product, Path]:
    """The product, and its folder below `products`."""
    folder = products / draft.draft(str(data), "y", Wish(**wish), products)
    return yaml_file.load(str(folder)), folder


def drafted_table(data: Path | str, products: Path, **wish: Any) -> tuple[Product, pd.DataFrame]:
    """The product, and the table that its first stage makes."""
    product, folder = drafted(data, products, **wish)
    data_creation.fetch(product, folder, folder / "raw.csv")
    table, findings = typed.read(folder / "raw.csv", product)
    assert findings == []
    return product, table


def refusal(data: Path | str, products: Path, **wish: Any) -> str:
    """The message of a draft that is refused and writes nothing."""
    with pytest.raises(UserError) as error:
        draft.draft(str(data), "y", Wish(**wish), products)
    assert not products.exists()
    return str(error.value)
