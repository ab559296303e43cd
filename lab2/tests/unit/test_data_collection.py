"""Files and databases bring the same table; what cannot be used is refused without a secret in the message."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from lab2.data_collection import EXAMPLE, SNAPSHOT, collect
from lab2.inputs import InputError


@pytest.fixture
def database(tmp_path: Path, snapshot: pd.DataFrame) -> Path:
    with closing(sqlite3.connect(tmp_path / "weather.db")) as connection:
        snapshot.to_sql("weather", connection, index=False)
    return tmp_path / "weather.db"


def test_snapshot_is_the_pinned_one() -> None:
    assert hashlib.sha256(SNAPSHOT.read_bytes()).hexdigest() in (SNAPSHOT.parent / "README.md").read_text()


def test_file_and_database_bring_the_same_table(database: Path, weather: pd.DataFrame) -> None:
    table, name = collect(str(SNAPSHOT), None)
    pd.testing.assert_frame_equal(table, weather)
    assert name == str(SNAPSHOT)
    query = "SELECT wind, temp_min, temp_max, precipitation, date, weather FROM weather WHERE date LIKE '%'"
    table, name = collect(f"sqlite:///{database}", query)
    pd.testing.assert_frame_equal(table, weather)
    assert name == f"sqlite:///{database}"


def test_database_that_fails_is_refused(database: Path) -> None:
    content = database.read_bytes()
    there, none = f"sqlite:///{database}", f"sqlite:///{database.parent}/none.db"
    cases: list[tuple[str, str | None, list[str]]] = [
        (there, None, ["needs a --query", "SELECT date"]),
        (none, EXAMPLE, ["none.db", "no such file"]),
        (there, "SELECT * FROM wether", ["no such table: wether"]),
        (there, "SELECT date, wind FROM weather", ["one column precipitation, temp_max, temp_min", "date, wind"]),
        (there, "SELECT * FROM weather WHERE wind > 99", ["0 days"]),
        (there, "SELECT *, 'calm' AS wind FROM weather", ["one column wind"]),
        (there, "SELECT date, precipitation, temp_max, temp_min, 'calm' AS wind FROM weather", ["row 1", "'calm'"]),
        (there, "DELETE FROM weather", ["readonly"]),
        (there, "DROP TABLE weather", ["readonly"]),
        (there, "PRAGMA cache_size = 1", ["does not return rows"]),
        ("nosuch://me:s3cret@host/db", EXAMPLE, ["nosuch", "host"]),
        ("oracle://me:s3cret@host/db", EXAMPLE, ["oracle", "host"]),
        ("postgresql://me:s3cret@host:port/db", EXAMPLE, ["not a URL"]),
        ("postgresql://me@127.0.0.1/db?port=s3cret", EXAMPLE, ["port", "***"]),
        (str(SNAPSHOT), EXAMPLE, ["--query is for a database"]),
        ("http://127.0.0.1:1/weather.csv", EXAMPLE, ["--query is for a database"]),
    ]
    for source, query, words in cases:
        with pytest.raises(InputError) as refusal:
            collect(source, query)
        assert all(word in str(refusal.value) for word in words), refusal.value
        assert "s3cret" not in str(refusal.value)
    assert database.read_bytes() == content
    assert not (database.parent / "none.db").exists()
