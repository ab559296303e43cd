"""Stage 1: fetches daily weather from a file, the web or a database and writes it in one form, `data/weather.csv`.

Nothing is written before the whole table was read and checked. Passwords and other secrets of a URL are kept out of
every message and file.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

import httpx
import pandas as pd
import sqlalchemy
import typer
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the script runs alone, from any directory
from lab2.inputs import InputError, check_weather, parse_csv, run_stage

HERE = Path(__file__).resolve().parent
SNAPSHOT = HERE / "snapshot/seattle-weather.csv"
EXAMPLE = "SELECT date, precipitation, temp_max, temp_min, wind FROM weather"
TIMEOUT = 20  # seconds to wait for a server's next word


def read_web(source: str) -> tuple[pd.DataFrame, str]:
    """The CSV behind an http(s) URL, and the URL without what may be secret in it; raises InputError."""
    try:
        url = httpx.URL(source)
    except httpx.InvalidURL:
        raise InputError("--source is not a URL; it looks like https://host/weather.csv") from None
    name = str(url.copy_with(userinfo=b"", query=None, fragment=None))
    try:
        response = httpx.get(url, follow_redirects=True, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise InputError(f"{name}: no answer ({type(error).__name__}); is the server up, the address right?") from None
    if not response.is_success:
        raise InputError(f"{name}: the server answers {response.status_code} {response.reason_phrase}, not a table")
    return parse_csv(response.content, name), name


def read_sql(source: str, query: str | None) -> tuple[pd.DataFrame, str]:
    """What a query returns from a database (SQLAlchemy URL), and the URL without secrets; raises InputError.

    The connection is read-only if the database can do that, and never commits.
    """
    try:
        url = sqlalchemy.make_url(source)
    except (ArgumentError, ValueError):
        raise InputError("--source is not a URL; it looks like postgresql://user:password@host/database") from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    name = url.set(query={}).render_as_string()  # with *** for the password
    kind = url.get_backend_name()
    if not query:
        raise InputError(f"{name}: a database needs a --query, like: {EXAMPLE}")
    if kind == "sqlite" and not Path(url.database or "").is_file():
        raise InputError(f"{name}: no such file")
    try:
        wait = {"connect_timeout": TIMEOUT} if kind == "postgresql" else {}
        with sqlalchemy.create_engine(url, connect_args=wait, poolclass=NullPool).connect() as connection:
            if kind == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            if kind == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            result = connection.execution_options(no_parameters=True).exec_driver_sql(query)
            table = pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
    except (SQLAlchemyError, ImportError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        options = [value for values in url.normalized_query.values() for value in values]
        for secret in filter(None, [str(url.password or ""), *options]):
            reason = reason.replace(secret, "***").replace(unquote(secret), "***")
        raise InputError(f"{name}: {reason}") from None
    table.index = pd.RangeIndex(1, len(table) + 1)
    return table, name


def collect(source: str, query: str | None) -> tuple[pd.DataFrame, str]:
    """The checked table of a source, and the name of the source; raises InputError."""
    scheme = source.partition("://")[0].lower() if "://" in source else ""
    if query and scheme in ("", "http", "https"):
        raise InputError("--query is for a database; with it, --source must be a URL like sqlite:///weather.db")
    if not scheme:
        return check_weather(parse_csv(Path(source).read_bytes(), source), source), source
    table, name = read_web(source) if scheme in ("http", "https") else read_sql(source, query)
    return check_weather(table, name, "row" if query else "line"), name


def main(
    source: Annotated[str, typer.Option(help="CSV path, http(s) URL of a CSV, or SQLAlchemy URL.")] = str(SNAPSHOT),
    query: Annotated[str | None, typer.Option(help="SQL for the SQLAlchemy URL; nothing is changed there.")] = None,
    folder: Annotated[Path, typer.Option(help="Gets data/weather.csv and data/source.json.")] = HERE,
) -> None:
    """Collect daily weather; the default source is the packaged table of Seattle."""
    weather, name = collect(source, query)
    content = weather.to_csv(date_format="%Y-%m-%d", lineterminator="\n").encode()
    about = {"source": name, "query": query, "days": len(weather)}
    about |= {"first": f"{weather.index[0]:%Y-%m-%d}", "last": f"{weather.index[-1]:%Y-%m-%d}"}
    about["sha256"] = hashlib.sha256(content).hexdigest()
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    (data / "weather.csv").write_bytes(content)
    (data / "source.json").write_text(f"{json.dumps(about, indent=2)}\n")
    print(f"data_collection.py: {len(weather)} days, {about['first']} to {about['last']}, from {name}", file=sys.stderr)


if __name__ == "__main__":
    run_stage(main)
