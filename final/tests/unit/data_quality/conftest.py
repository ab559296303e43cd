"""The table under test: `pytest final/tests/unit/data_quality --dataset FILE --product NAME`; by default an example."""

from pathlib import Path

import pytest

from conftest import lacks
from core.base import errors
from core.base.paths import DEFAULT_PRODUCT, FINAL, PRODUCTS, Paths
from core.gates import data
from core.gates.gate import Gate
from core.spec.product import Product
from core.spec.yaml_file import load
from core.table import typed

SNAPSHOT = FINAL.parent / "lab4" / "snapshot" / "train.csv"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("data quality")
    group.addoption("--dataset", type=Path, help="the CSV file to test")
    group.addoption("--product", default=DEFAULT_PRODUCT, help="the product whose contract it must keep")


@pytest.fixture(scope="session")
def product(pytestconfig: pytest.Config) -> Product:
    name = pytestconfig.getoption("--product", default=DEFAULT_PRODUCT)
    if not (PRODUCTS / name / "product.yaml").exists():
        lacks("no product yet (bash final/pipeline.sh --data FILE --target COLUMN drafts one)")
    return load(name)


@pytest.fixture(scope="session")
def verdicts(pytestconfig: pytest.Config, product: Product) -> dict[str, Gate]:
    """Every data gate's verdict on the table, by name; the gates of the pipeline, not a copy of them."""
    own = SNAPSHOT if SNAPSHOT.exists() else Paths.of(product.name).raw
    dataset = pytestconfig.getoption("--dataset", default=None) or own
    if not dataset.exists():
        lacks(f"no {dataset} yet (bash final/pipeline.sh {product.name} makes it)")
    try:
        rows, findings = typed.read(dataset, product)
    except errors.TableError as error:
        pytest.fail(str(error), pytrace=False)
    return {gate.name: gate for gate in data.all_gates(rows, findings, product)}
