"""Every way to get data brings the same table; a source that cannot be used leaves the earlier data alone."""

import hashlib
import json
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest

from lab2.data_collection import DEFAULT_QUERY, SNAPSHOT_SHA256
from tests.lab import ROOT, Lab, Run, refused

SNAPSHOT = ROOT / "lab2/snapshot/seattle-weather.csv"
BAD = {
    "empty": ["cannot be read as CSV", "No columns"],
    "header_only": ["no rows"],
    "no_wind": ["one column wind"],
    "wind_is_text": ["line 3", "column wind", "'strong'", "m/s"],
    "empty_cell": ["line 4", "column precipitation", "''"],
    "infinite": ["line 3", "column precipitation", "'inf'"],
    "negative_rain": ["line 3", "column precipitation", "'-1'"],
    "fahrenheit": ["line 2", "column temp_max", "°C"],
    "max_below_min": ["line 3", "column temp_max", "at least temp_min"],
    "date_of_another_order": ["line 3", "column date", "'02/01/2012'"],
    "no_such_day": ["line 3", "column date", "'2012-02-30'"],
    "hours": ["line 3", "column date", "a day like"],
    "day_twice": ["line 4", "column date", "not there twice"],
    "too_few_days": ["3 days are too few"],
    "line_cut_off": ["line 3", "column temp_max"],
    "too_many_cells": ["cannot be read as CSV", "line 3"],
    "not_text": ["cannot be read as CSV", "decode"],
    "web_page": ["one column date", "<!doctype html>"],
}


class Site(BaseHTTPRequestHandler):
    """A small web server: the table, the table for those with a password, and ways to fail."""

    def do_GET(self) -> None:
        content = SNAPSHOT.read_bytes()
        if self.path == "/missing.csv":
            self.send_error(404)
            return
        if self.path == "/moved.csv":
            self.send_response(302)
            self.send_header("Location", "/weather.csv")
            self.end_headers()
            return
        if self.path.startswith("/private.csv") and self.headers["Authorization"] != "Basic bWU6czNjcmV0":
            self.send_error(401)
            return
        if self.path == "/page.csv":
            content = b"<html>hello</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:20000] if self.path == "/cut.csv" else content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def out(ran: Run, tmp_path: Path) -> Path:
    """A folder with data of an earlier run."""
    shutil.copytree(ran.lab.path / "data", tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def untouched(out: Path) -> Iterator[None]:
    """After the test, the earlier data is there as it was."""
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    yield
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.fixture
def database(tmp_path: Path, snapshot: pd.DataFrame) -> Path:
    with closing(sqlite3.connect(tmp_path / "weather.db")) as connection:
        snapshot.to_sql("weather", connection, index=False)
    return tmp_path / "weather.db"


def test_snapshot_is_the_pinned_one() -> None:
    assert hashlib.sha256(SNAPSHOT.read_bytes()).hexdigest() == SNAPSHOT_SHA256
    assert SNAPSHOT_SHA256 in (SNAPSHOT.parent / "README.md").read_text()


def test_default_is_the_packaged_table_through_sql(ran: Run, snapshot: pd.DataFrame) -> None:
    table = pd.read_csv(ran.lab.path / "data/weather.csv", parse_dates=["date"])
    pd.testing.assert_frame_equal(table, snapshot[table.columns], check_dtype=False)
    with closing(sqlite3.connect(ran.lab.path / "data/weather.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM weather").fetchone() == (1461,)


def test_default_reads_back_what_the_database_holds(lab: Lab) -> None:
    """The rows come from SQL: a query of another table finds another table."""
    stage = lab.path / "data_collection.py"
    stage.write_text(stage.read_text().replace("FROM weather ORDER BY", "FROM weather WHERE date < '2014' ORDER BY"))
    assert lab.run_here("data_collection.py").returncode == 0
    assert json.loads((lab.path / "data/source.json").read_text())["last"] == "2013-12-31"


def test_changed_snapshot_is_refused(lab: Lab) -> None:
    before = lab.outputs()
    path = lab.path / "snapshot/seattle-weather.csv"
    path.write_bytes(path.read_bytes().replace(b"10.9,10.6", b"10.8,10.6"))
    refused(lab.run_here("data_collection.py"), "seattle-weather.csv", "not the packaged table", "git checkout")
    path.unlink()
    refused(lab.run_here("data_collection.py"), "seattle-weather.csv")
    assert lab.outputs() == before


def test_file_web_and_database_bring_the_same_bytes(ran: Run, tmp_path: Path, site: str, database: Path) -> None:
    expected = (ran.lab.path / "data/weather.csv").read_bytes()
    unordered = ["--query", "SELECT wind, temp_min, temp_max, precipitation, date, weather FROM weather ORDER BY wind"]
    sources = {
        "file": [str(SNAPSHOT)],
        "web": [f"http://{site}/weather.csv"],
        "moved": [f"http://{site}/moved.csv"],
        "password": [f"http://me:s3cret@{site}/private.csv?token=t0ken"],
        "sqlite": [f"sqlite:///{database}", *unordered],
    }
    for name, source in sources.items():
        done = ran.lab.run_here("data_collection.py", "--out", tmp_path / name, "--source", *source)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / name / "weather.csv").read_bytes() == expected
        said = done.stderr + (tmp_path / name / "source.json").read_text()
        assert "s3cret" not in said
        assert "t0ken" not in said


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_table_is_refused_with_place_and_reason(ran: Run, out: Path, name: str) -> None:
    path = ROOT / f"lab2/tests/bad/{name}.csv"
    done = ran.lab.run_here("data_collection.py", "--out", out, "--source", path)
    refused(done, f"{name}.csv", *BAD[name], "untouched")


def test_every_bad_table_has_its_reason() -> None:
    assert {path.stem for path in (ROOT / "lab2/tests/bad").glob("*.csv")} == set(BAD)


@pytest.mark.usefixtures("untouched")
def test_web_that_fails_is_refused(ran: Run, out: Path, site: str) -> None:
    with closing(socket.socket()) as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
    cases = {
        f"http://me:s3cret@{nobody}/weather.csv": ["no answer", nobody],
        f"http://{site}/missing.csv": ["404", "missing.csv"],
        f"http://me:s3cret2@{site}/private.csv?key=s3cret": ["401", "private.csv"],
        f"http://{site}/cut.csv": ["no answer", "cut.csv"],
        f"http://{site}/page.csv": ["one column date", "page.csv"],
        "http://me:s3cret@host:port/weather.csv": ["http://...", "not a URL"],
    }
    for source, words in cases.items():
        done = ran.lab.run_here("data_collection.py", "--out", out, "--source", source)
        refused(done, *words, "untouched")
        assert "s3cret" not in done.stderr


@pytest.mark.usefixtures("untouched")
def test_database_that_fails_is_refused(ran: Run, out: Path, database: Path) -> None:
    content = database.read_bytes()
    there, none = f"sqlite:///{database}", f"sqlite:///{database.parent}/none.db"
    cases: list[tuple[str, str | None, list[str]]] = [
        (there, None, ["needs a --query", "SELECT date"]),
        (none, DEFAULT_QUERY, ["none.db", "no such file"]),
        (there, "SELECT * FROM wether", ["no such table: wether"]),
        (there, "SELECT date, wind FROM weather", ["one column precipitation, temp_max, temp_min", "date, wind"]),
        (there, "SELECT * FROM weather WHERE wind > 99", ["no rows"]),
        (there, "SELECT *, 'calm' AS wind FROM weather", ["one column wind"]),
        (there, "SELECT date, precipitation, temp_max, temp_min, 'calm' AS wind FROM weather", ["row 1", "'calm'"]),
        (there, "SELECT date, precipitation, temp_max, temp_min, NULL AS wind FROM weather", ["row 1", "wind"]),
        (there, "DELETE FROM weather", ["readonly"]),
        (there, "DROP TABLE weather", ["readonly"]),
        ("nosuch://me:s3cret@host/db", DEFAULT_QUERY, ["nosuch", "host"]),
        ("oracle://me:s3cret@host/db", DEFAULT_QUERY, ["oracle", "host"]),
        ("postgresql://me:s3cret@host:port/db", DEFAULT_QUERY, ["postgresql://...", "not a URL"]),
        (str(SNAPSHOT), DEFAULT_QUERY, ["--query is for a database"]),
        ("http://127.0.0.1:1/weather.csv", DEFAULT_QUERY, ["--query is for a database"]),
    ]
    for source, query, words in cases:
        options = ["--query", query] if query else []
        done = ran.lab.run_here("data_collection.py", "--out", out, "--source", source, *options)
        refused(done, *words, "untouched")
        assert "s3cret" not in done.stderr
    refused(ran.lab.run_here("data_collection.py", "--out", out, "--query", DEFAULT_QUERY), "--query is for a database")
    assert database.read_bytes() == content
    assert not (database.parent / "none.db").exists()
