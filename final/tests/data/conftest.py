"""The table under test: `pytest final/tests/data --dataset FILE --product NAME`; else the Titanic's."""

from pathlib import Path

import pytest

from product import data_gates, table
from product.declaration import Product
from product.gates import Gate
from product.product_file import load

SNAPSHOT = Path(__file__).resolve().parents[3] / "lab4" / "snapshot" / "train.csv"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("data quality")
    group.addoption("--dataset", type=Path, help="the CSV file to test")
    group.addoption("--product", default="titanic", help="the product whose contract it must keep")


@pytest.fixture(scope="session")
def product(pytestconfig: pytest.Config) -> Product:
    return load(pytestconfig.getoption("--product", default="titanic"))


@pytest.fixture(scope="session")
def verdicts(pytestconfig: pytest.Config, product: Product) -> dict[str, Gate]:
    """Every data gate's verdict on the table, by name; the gates of the pipeline, not a copy of them."""
    dataset = pytestconfig.getoption("--dataset", default=None) or SNAPSHOT
    try:
        rows, findings = table.read(dataset, product)
    except table.TableError as error:
        pytest.fail(str(error), pytrace=False)
    return {gate.name: gate for gate in data_gates.all_gates(rows, findings, product)}
