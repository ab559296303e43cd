"""A draft from PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy

from core.base.errors import UserError
from tests.support import forms
from tests.support.drafts import drafted_table
from tests.support.forms import assert_the_same
from tests.support.postgres import postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    types = {"day": sqlalchemy.TIMESTAMP, "size": sqlalchemy.Numeric(6, 2), "age": sqlalchemy.SmallInteger}
    with postgres() as address:
        engine = sqlalchemy.create_engine(address)
        pd.DataFrame(forms.rows(), columns=forms.HEADER).assign(sold=True).to_sql(
            "orders",
            engine,
            index=False,
            dtype=types,  # type: ignore[arg-type]
        )
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("CREATE SEQUENCE numbers"))
        engine.dispose()
        yield address.replace("+psycopg", "")


def test_postgres_gives_the_same_contract_and_data(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP", url)
    assert_the_same(
        *drafted_table(
            "env:SHOP", tmp_path / "products", name="forms", query="SELECT id, size, colour, day, age, y FROM orders"
        )
    )
    assert url not in (tmp_path / "products" / "forms" / "product.yaml").read_text()


def test_a_query_cannot_change_the_database(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP", url)
    with pytest.raises(UserError, match="read-only"):
        drafted_table("env:SHOP", tmp_path / "products", query="SELECT nextval('numbers') AS y")
