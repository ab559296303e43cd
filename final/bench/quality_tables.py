"""The tables of bench/coverage.sh: four of scikit-learn's, and the products whose pipelines have run."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn import datasets

from core.base.paths import Paths
from core.spec.contract import Contract
from core.spec.estimator import Model
from core.spec.product import Product
from core.spec.yaml_file import load
from core.table import typed


@dataclass(frozen=True)
class Table:
    """Rows to cut, under a contract."""

    name: str
    contract: Contract
    settings: Model
    rows: pd.DataFrame


BUNDLED = ("breast_cancer", "wine", "diabetes", "digits")


def bundled(name: str) -> Table:
    """One of scikit-learn's own tables under a contract of plain numbers and the default settings of a model."""
    bunch: Any = getattr(datasets, f"load_{name}")(as_frame=True)
    rows = bunch.frame.astype({"target": float} if name == "diabetes" else {"target": int})
    values = [] if name == "diabetes" else [int(value) for value in sorted(rows["target"].unique())]
    target: dict[str, Any] = {"name": "target", "task": "regression"}
    if values:
        target = {"name": "target", "task": "multiclass", "values": values}
    if len(values) == 2:
        target |= {"task": "binary", "positive": 1}
    features = {str(column): {"type": "number"} for column in rows.columns.drop("target")}
    contract = Contract.model_validate({"target": target, "features": features})
    return Table(name, contract, Model(), rows)


def product(name: str) -> Table:
    """A product's own table, contract and settings; its pipeline must have run."""
    declared: Product = load(name)
    rows, _ = typed.read(Paths.of(name).raw, declared)
    return Table(name, declared.contract, declared.model, rows)
