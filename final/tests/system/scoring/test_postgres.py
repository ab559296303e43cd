"""Rows of a query answered into a table of a real PostgreSQL, complete or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy

from tests.support.checkout import Checkout
from tests.support.postgres import postgres
from tests.support.scoring_input import table

pytestmark = pytest.mark.postgres
QUERY = 'SELECT * FROM passengers ORDER BY "PassengerId"'
READ = ["--from-sql", "env:SHOP", "--query", QUERY]


@pytest.fixture(scope="module")
def url(trained: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    table(trained, path := tmp_path_factory.mktemp("rows") / "rows.csv")
    with postgres() as address:
        engine = sqlalchemy.create_engine(address)
        rows = pd.read_csv(path, dtype={"Age": str}).drop_duplicates("PassengerId")
        rows.to_sql("passengers", engine, index=False)
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("CREATE SCHEMA scored"))
        engine.dispose()
        yield address


def answers(url: str, name: str) -> pd.DataFrame:
    engine = sqlalchemy.create_engine(url)
    try:
        return pd.read_sql(f"SELECT * FROM {name}", engine)
    finally:
        engine.dispose()


def test_a_query_is_answered_into_a_table(trained: Checkout, url: str, tmp_path: Path) -> None:
    address = url.replace("+psycopg", "")
    to_table = ["--to-sql", "env:SHOP", "--table", "scored.answers"]
    done = trained.bash("score.sh", *READ, *to_table, SHOP=address)
    assert done.returncode == 0, done.stderr
    file = trained.bash("score.sh", *READ, str(tmp_path / "out.parquet"), SHOP=address)
    assert file.returncode == 0, file.stderr
    expected = answers(url, "scored.answers")
    assert len(expected) == 891
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), expected, check_dtype=False)
    again = trained.bash("score.sh", *READ, *to_table, SHOP=address)
    assert again.returncode == 1
    assert "score: --to-sql: env:SHOP scored.answers: the table exists" in again.stderr
    assert address not in again.stderr


def test_a_table_that_cannot_be_replaced_is_as_it_was(trained: Checkout, url: str) -> None:
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE in_use AS SELECT 1 AS x"))
        connection.execute(sqlalchemy.text("CREATE VIEW user_of_it AS SELECT * FROM in_use"))
    engine.dispose()
    words = [*READ, "--to-sql", "env:SHOP", "--table", "in_use", "--replace-table"]
    refused = trained.bash("score.sh", *words, SHOP=url)
    assert refused.returncode == 1
    assert "the database is unchanged" in refused.stderr
    assert "891 rows are kept in" in refused.stderr
    assert answers(url, "in_use").to_dict("list") == {"x": [1]}
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("DROP VIEW user_of_it"))
    engine.dispose()
    resumed = trained.bash("score.sh", *words, "--resume", SHOP=url)
    assert resumed.returncode == 0, resumed.stderr
    assert "resuming after 891 rows" in resumed.stderr
    assert len(answers(url, "in_use")) == 891


def test_a_database_that_does_not_answer_is_said(trained: Checkout, url: str, tmp_path: Path) -> None:
    nowhere = "postgresql://me:secret@127.0.0.1:1/postgres"
    for words in (
        [*READ, str(tmp_path / "out.csv")],
        [str(trained.product / "data/split/holdout.csv"), "--to-sql", "env:SHOP", "--table", "answers"],
    ):
        done = trained.bash("score.sh", *words, SHOP=nowhere)
        assert done.returncode == 1
        assert done.stderr.startswith("score: ")
        assert done.stderr.count("\n") == 1
        assert "secret" not in done.stderr
    assert not list(tmp_path.iterdir())
