"""Rows of a trained checkout's hold-out as a client would send them, and what the library answers of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.model.model import ProductModel
from core.registry import artifact
from core.spec.yaml_file import load
from core.table.typed import read
from tests.support.checkout import Checkout
from tests.support.running_service import Service, serving

Rows = list[dict[str, Any]]
WHOLE = ("Pclass", "SibSp", "Parch")


def fixtures() -> tuple[object, object, object]:
    """The fixtures `service`, `rows` and `expected` of a module, which gives them these names."""

    @pytest.fixture(scope="module")
    def service(trained: Checkout) -> Iterator[Service]:
        """From the artifact alone, as an image serves it."""
        folder = trained.product / "registry" / "models" / trained.champion()
        with serving(trained, "serve.sh", "--model", str(folder)) as started:
            yield started

    @pytest.fixture(scope="module")
    def rows(trained: Checkout) -> Rows:
        """40 of the hold-out, some with missing values."""
        product = load(str(trained.product))
        holdout, _ = read(trained.product / "data" / "split" / "holdout.csv", product)
        records = artifact.records(holdout.head(40), list(product.contract.features))
        return [{n: int(v) if n in WHOLE and v is not None else v for n, v in row.items()} for row in records]

    @pytest.fixture(scope="module")
    def expected(trained: Checkout, rows: Rows) -> list[float]:
        model = ProductModel.load(trained.product / "registry" / "models" / trained.champion())
        scores: list[float] = model.scores({name: [row[name] for row in rows] for name in rows[0]}).tolist()
        return scores

    return service, rows, expected
