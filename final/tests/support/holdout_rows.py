"""Rows of a trained checkout's hold-out as a client would send them, and what the library answers of them."""

from typing import Any

from core.model.model import ProductModel
from core.registry import artifact
from core.spec.yaml_file import load
from core.table.typed import read
from tests.support.checkout import Checkout

Rows = list[dict[str, Any]]
WHOLE = ("Pclass", "SibSp", "Parch")


def holdout_rows(trained: Checkout) -> Rows:
    """40 rows, some with missing values."""
    product = load(str(trained.product))
    holdout, _ = read(trained.product / "data" / "split" / "holdout.csv", product)
    records = artifact.records(holdout.head(40), list(product.contract.features))
    return [{n: int(v) if n in WHOLE and v is not None else v for n, v in row.items()} for row in records]


def library_scores(trained: Checkout, rows: Rows) -> list[float]:
    model = ProductModel.load(trained.product / "registry" / "models" / trained.champion())
    scores: list[float] = model.scores({name: [row[name] for row in rows] for name in rows[0]}).tolist()
    return scores
