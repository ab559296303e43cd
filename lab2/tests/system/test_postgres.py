"""PostgreSQL for real: a server of the tests' own, on loopback, with a password."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy

from lab2.data_collection import EXAMPLE, collect
from lab2.inputs import InputError

pytestmark = pytest.mark.postgres
PASSWORD = "s3cret/and@more"
QUOTED = "s3cret%2Fand%40more"


def program(name: str) -> str:
    """The path of a server program; Debian keeps them off PATH."""
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    path = shutil.which(name, path=os.pathsep.join([*folders, os.environ["PATH"]]))
    assert path
    return path


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder that another user can reach: pytest's own are their owner's alone, and no server runs as root."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def server(home: Path, snapshot: pd.DataFrame) -> Iterator[str]:
    """`host:port/database` of a server that has the table with a column of each type that SQL has for it."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(home, "postgres")
    (home / "password").write_text(PASSWORD)
    (home / "password").chmod(0o644)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, control = home / "data", [*user, program("pg_ctl"), "-D", str(home / "data"), "-w"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": home}
    login = ["-U", "me", "--auth=scram-sha-256", f"--pwfile={home / 'password'}", "--no-sync"]
    subprocess.run([*user, program("initdb"), "-D", str(data), *login], **quiet)  # type: ignore[call-overload]
    options = f"-h 127.0.0.1 -p {port} -k {home} -F"
    subprocess.run([*control, "-l", str(home / "log"), "-o", options, "start"], **quiet)  # type: ignore[call-overload]
    try:
        engine = sqlalchemy.create_engine(f"postgresql+psycopg://me:{QUOTED}@127.0.0.1:{port}/postgres")
        types = {"date": sqlalchemy.Date, "precipitation": sqlalchemy.Numeric(6, 1), "wind": sqlalchemy.REAL}
        with engine.begin() as connection:
            snapshot.to_sql("weather", connection, index=False, dtype=types)  # type: ignore[arg-type]
        engine.dispose()
        yield f"127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgres_brings_the_same_table(weather: pd.DataFrame, server: str, scheme: str) -> None:
    query = "SELECT * FROM weather WHERE weather LIKE '%' AND date >= '2012-01-01'::date"
    url = f"{scheme}://me:{QUOTED}@{server}"
    table, name = collect(url, query)
    pd.testing.assert_frame_equal(table, weather, rtol=1e-6)
    assert name == f"postgresql+psycopg://me:***@{server}"


def test_postgres_that_cannot_be_used_is_refused(server: str) -> None:
    good = f"postgresql://me:{QUOTED}@{server}"
    with closing(socket.socket()) as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{closed.getsockname()[1]}/postgres"
    cases = [
        (f"postgresql://me:s3cret-wrong@{server}", EXAMPLE, ["password authentication failed", server]),
        (f"postgresql://me@{server}?password=s3cret-too", EXAMPLE, ["password authentication failed", server]),
        (f"postgresql://me:{QUOTED}@{nobody}", EXAMPLE, [f"postgresql+psycopg://me:***@{nobody}", "failed"]),
        (good, "SELECT * FROM wether", ['"wether" does not exist']),
        (good, "SELECT date, wind FROM weather", ["one column precipitation, temp_max, temp_min"]),
        (good, "SELECT * FROM weather WHERE wind > 99", ["0 days"]),
        (good, "SELECT date, precipitation, temp_max, temp_min, true AS wind FROM weather", ["row 1", "wind", "True"]),
        (good, "DELETE FROM weather RETURNING *", ["read-only"]),
        (good, "DROP TABLE weather", ["read-only"]),
    ]
    for source, query, words in cases:
        with pytest.raises(InputError) as refusal:
            collect(source, query)
        assert all(word in str(refusal.value) for word in words), refusal.value
        assert "s3cret" not in str(refusal.value)
