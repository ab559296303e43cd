"""A draft from PostgreSQL: a server of the test's own, on a socket in its folder."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy

from product.errors import UserError
from tests.draft import forms
from tests.draft.test_forms import assert_the_same, drafted

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The server's URL; pytest's own folders are their owner's alone, and no server runs as root."""
    path = os.pathsep.join([*map(str, Path("/usr/lib/postgresql").glob("*/bin")), os.environ["PATH"]])
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    initdb, control = (str(shutil.which(name, path=path)) for name in ("initdb", "pg_ctl"))
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        if user:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"

        def run(*words: str) -> None:
            subprocess.run([*user, *words], check=True, stdout=subprocess.DEVNULL, cwd=folder)

        run(initdb, "-D", data, "-U", "me", "--auth=trust", "--no-sync")
        run(control, "-D", data, "-w", "-l", f"{folder}/log", "-o", f"-c listen_addresses='' -k {folder} -F", "start")
        try:
            where = f"postgresql+psycopg://me@/postgres?host={folder}"
            types = {"day": sqlalchemy.TIMESTAMP, "size": sqlalchemy.Numeric(6, 2), "age": sqlalchemy.SmallInteger}
            engine = sqlalchemy.create_engine(where)
            pd.DataFrame(forms.rows(), columns=forms.HEADER).assign(sold=True).to_sql(
                "orders",
                engine,
                index=False,
                dtype=types,  # type: ignore[arg-type]
            )
            with engine.begin() as connection:
                connection.execute(sqlalchemy.text("CREATE SEQUENCE numbers"))
            engine.dispose()
            yield where.replace("+psycopg", "")
        finally:
            run(control, "-D", data, "-m", "immediate", "stop")


def test_postgres_gives_the_same_contract_and_data(url: str, products: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP", url)
    assert_the_same(*drafted("env:SHOP", products, query="SELECT id, size, colour, day, age, y FROM orders"))
    assert url not in (products / "forms" / "product.yaml").read_text()


def test_a_query_cannot_change_the_database(url: str, products: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP", url)
    with pytest.raises(UserError, match="read-only"):
        drafted("env:SHOP", products, query="SELECT nextval('numbers') AS y")
