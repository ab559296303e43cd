"""The tables of bench/coverage.sh: scikit-learn's, public ones, and the products whose pipelines have run."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from sklearn import datasets

from bench.public_files import read
from bench.public_tables import TABLES
from bench.quality_workspace import Folds, prepare
from core.base.paths import Paths
from core.spec.columns import Category
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
    slices: tuple[str, ...] = ()  # columns each of whose groups is promised its coverage


MOST_SLICES = 2  # columns: each of them is a promise to be kept
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
    return Table(name, declared.contract, declared.model, rows, tuple(declared.gates.slices.columns))


def public(name: str) -> Table:
    """A table of another package under the contract that the draft makes; its categories are slices."""
    with TemporaryDirectory() as scratch:
        folder = prepare(TABLES[name], read(TABLES[name]), Path(scratch, name), Folds(2, 1)).folder
        declared = load(str(folder))
        rows, _ = typed.read(Paths.of(str(folder)).raw, declared)
    categories = [name for name, feature in declared.contract.features.items() if isinstance(feature, Category)]
    return Table(name, declared.contract, declared.model, rows, tuple(categories[:MOST_SLICES]))


def table_of(name: str) -> Table:
    """The table of this name: scikit-learn's, a public one, or that of a product whose pipeline has run."""
    if name in BUNDLED:
        return bundled(name)
    return public(name) if name in TABLES else product(name)
