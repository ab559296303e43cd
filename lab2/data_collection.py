"""Stage 1: fetches daily weather from a file, the web or a database and writes it down in one form, `data/weather.csv`.

Nothing is written before the whole table was read and checked, so a source that fails leaves the earlier data whole.
Passwords and other secrets of a URL are kept out of every message and file.
"""

import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

import httpx
import numpy as np
import pandas as pd
import sqlalchemy
import typer
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

HERE = Path(__file__).resolve().parent
SNAPSHOT, OUT = HERE / "snapshot/seattle-weather.csv", HERE / "data"
SNAPSHOT_SHA256 = "62f0609f787158128aa2bd102967173a4953122dd4f872bf1d502cae1037df0b"
DEFAULT_QUERY = "SELECT date, precipitation, temp_max, temp_min, wind FROM weather ORDER BY date"
# What a value may be. The bounds also catch other units: a summer in Fahrenheit, wind in km/h.
BOUNDS = {
    "precipitation": (0.0, 2000.0, "mm"),
    "temp_max": (-95.0, 60.0, "°C"),
    "temp_min": (-95.0, 60.0, "°C"),
    "wind": (0.0, 60.0, "m/s"),
}
MIN_DAYS = 365  # with less, there are seasons that the model has never seen
TIMEOUT = 20  # seconds to wait for a server's next word
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class SourceError(ValueError):
    """A source that cannot be used; the message names it (without secrets), the place, the reason and the remedy."""


def read_csv(content: bytes, name: str) -> pd.DataFrame:
    """The cells of a CSV as text; the index is the line in the file. Raises SourceError."""
    try:
        table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, skip_blank_lines=False)
    except ValueError as error:
        raise SourceError(f"{name}: cannot be read as CSV: {str(error).strip()}") from None
    table.index = pd.RangeIndex(2, len(table) + 2)
    return table[(table != "").any(axis=1)]


def read_web(source: str) -> tuple[pd.DataFrame, str]:
    """The CSV behind an http(s) URL, and the URL without what may be secret in it; raises SourceError."""
    scheme = source.partition("://")[0]
    try:
        url = httpx.URL(source)
        name = str(url.copy_with(userinfo=b"", query=None, fragment=None))
    except httpx.InvalidURL:
        raise SourceError(f"{scheme}://...: not a URL; it looks like {scheme}://host/weather.csv") from None
    try:
        answer = httpx.get(url, follow_redirects=True, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise SourceError(f"{name}: no answer ({type(error).__name__}); is the server up, the address right?") from None
    if answer.status_code != httpx.codes.OK:
        raise SourceError(f"{name}: the server answers {answer.status_code} {answer.reason_phrase}, not a table")
    return read_csv(answer.content, name), name


def read_sql(source: str, query: str | None) -> tuple[pd.DataFrame, str]:
    """What a query returns from a database (SQLAlchemy URL), and the URL without secrets; raises SourceError.

    The connection is read-only where the database can do that, and never commits.
    """
    scheme = source.partition("://")[0]
    try:
        url = sqlalchemy.make_url(source)
    except (ArgumentError, ValueError):
        raise SourceError(
            f"{scheme}://...: not a URL; it looks like postgresql://user:password@host/database"
        ) from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    options = [value for values in url.normalized_query.values() for value in values]
    secrets = {secret for value in [url.password or "", *options] for secret in (value, unquote(value))} - {""}
    name = url.set(query={}).render_as_string()  # with *** for the password
    if not query:
        raise SourceError(f"{name}: a database needs a --query, like: {DEFAULT_QUERY}")
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database not in (None, "", ":memory:") and not Path(str(url.database)).is_file():
        raise SourceError(f"{name}: no such file")
    try:
        wait = {"connect_timeout": TIMEOUT} if kind == "postgresql" else {}
        with sqlalchemy.create_engine(url, connect_args=wait, poolclass=NullPool).connect() as connection:
            if kind == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
            if kind == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            result = connection.execution_options(no_parameters=True).exec_driver_sql(query)
            if not result.returns_rows:
                raise SourceError(f"{name}: the query returns no table; it must be a SELECT")
            table = pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
    except (SQLAlchemyError, ImportError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        for secret in secrets:
            reason = reason.replace(secret, "***")
        raise SourceError(f"{name}: {reason}") from None
    table.index = pd.RangeIndex(1, len(table) + 1)
    return table, name


def read_packaged(snapshot: Path, database: Path) -> tuple[pd.DataFrame, str]:
    """The packaged table, loaded into an SQLite file and read back by SQL; raises SourceError where it was changed."""
    content = snapshot.read_bytes() if snapshot.is_file() else b""
    if hashlib.sha256(content).hexdigest() != SNAPSHOT_SHA256:
        raise SourceError(f"{snapshot}: not the packaged table (see the README beside it); git checkout restores it")
    database.parent.mkdir(parents=True, exist_ok=True)
    new = database.with_name(f".{database.name}.new")
    new.unlink(missing_ok=True)
    engine = sqlalchemy.create_engine(sqlalchemy.URL.create("sqlite", database=str(new)))
    pd.read_csv(io.BytesIO(content)).to_sql("weather", engine, index=False)
    engine.dispose()
    new.replace(database)
    url = sqlalchemy.URL.create("sqlite", database=str(database))
    return read_sql(url.render_as_string(), DEFAULT_QUERY)[0], "packaged seattle-weather.csv, through SQLite"


def check(table: pd.DataFrame, name: str, place: str) -> pd.DataFrame:
    """The days in order, index `date`, columns of BOUNDS as float64; other columns are left out.

    Days may be missing (stage 2 makes no window across a gap), values may not. Raises SourceError, which names the
    row by its index and `place` ("line" of a file or "row" of a result).
    """
    columns = list(table.columns)
    if missing := [wanted for wanted in ["date", *BOUNDS] if columns.count(wanted) != 1]:
        found = ", ".join(str(column)[:20] for column in columns[:8])
        raise SourceError(f"{name}: needs one column {', '.join(missing)} each; it has: {found or 'none'}")
    if table.empty:
        raise SourceError(f"{name}: the table has no rows; choose a source with {MIN_DAYS} days or more")

    def refuse(bad: "pd.Series[bool]", column: str, wanted: str) -> None:
        if bad.any():
            row = bad.idxmax()
            value = table.loc[row, column]  # type: ignore[index]
            raise SourceError(f"{name}, {place} {row}: column {column} is {value!r}, must be {wanted}")

    text = table["date"].astype(str).str.replace("/", "-")
    full = text.where(text.str.match(r"\d{4}-\d{2}-\d{2}\b"))
    dates = pd.to_datetime(full, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
    refuse(dates.isna() | (dates != dates.dt.normalize()), "date", "a day like 2012-01-31")
    refuse(dates.duplicated(), "date", "a day that is not there twice")
    clean = pd.DataFrame(index=table.index)
    for column, (low, high, unit) in BOUNDS.items():
        plain = table[column].where(~table[column].map(lambda cell: isinstance(cell, bool | np.bool_)))
        clean[column] = pd.to_numeric(plain, errors="coerce").astype(float)
        refuse(~clean[column].between(low, high), column, f"a number of {unit} from {low:g} to {high:g}")
    refuse(clean["temp_max"] < clean["temp_min"], "temp_max", "at least temp_min of that day")
    if len(clean) < MIN_DAYS:
        raise SourceError(f"{name}: {len(clean)} days are too few; choose a source with {MIN_DAYS} or more")
    return clean.set_index(dates.rename("date")).sort_index()


def collect(source: str | None, query: str | None, out: Path) -> tuple[pd.DataFrame, str]:
    """The checked table of a source, and what to call the source; raises SourceError."""
    scheme = source.partition("://")[0].lower() if source and "://" in source else ""
    if query and (not source or scheme in ("", "http", "https")):
        raise SourceError("--query is for a database; with it, --source must be a URL like sqlite:///weather.db")
    if source is None:
        table, name = read_packaged(SNAPSHOT, out / "weather.sqlite")
    elif not scheme:
        table, name = read_csv(Path(source).read_bytes(), source), source
    else:
        table, name = read_web(source) if scheme in ("http", "https") else read_sql(source, query)
    return check(table, name, "row" if query or not source else "line"), name


@app.command()
def main(
    source: Annotated[str | None, typer.Option(help="CSV path, http(s) URL of a CSV, or SQLAlchemy URL.")] = None,
    query: Annotated[str | None, typer.Option(help="SQL for the SQLAlchemy URL; nothing is changed there.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for weather.csv and source.json.")] = OUT,
) -> None:
    """Collect daily weather; the default source is the packaged table of Seattle."""
    try:
        weather, name = collect(source, query, out)
        content = weather.to_csv(date_format="%Y-%m-%d", lineterminator="\n").encode()
        first, last = (f"{day:%Y-%m-%d}" for day in (weather.index[0], weather.index[-1]))
        about = {"source": name, "query": query, "days": len(weather), "first": first, "last": last}
        about["sha256"] = hashlib.sha256(content).hexdigest()
        out.mkdir(parents=True, exist_ok=True)
        for file, text in {"weather.csv": content, "source.json": json.dumps(about, indent=2).encode()}.items():
            (out / f".{file}.new").write_bytes(text)
            (out / f".{file}.new").replace(out / file)
    except (SourceError, OSError) as error:
        sys.exit(f"data_collection.py: {error}; the data collected before, if any, is untouched")
    print(f"data_collection.py: {len(weather)} days, {first} to {last}, from {name}", file=sys.stderr)


if __name__ == "__main__":
    app()
