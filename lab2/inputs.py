"""What the stages read: daily weather of any source, and the tables of earlier stages. Bad tables are refused here."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import typer
from threadpoolctl import threadpool_limits

TARGET = "rain_tomorrow"
# What a value may be. The bounds also catch other units: a summer in Fahrenheit, wind in km/h.
BOUNDS = {
    "precipitation": (0.0, 2000.0, "mm"),
    "temp_max": (-95.0, 60.0, "°C"),
    "temp_min": (-95.0, 60.0, "°C"),
    "wind": (0.0, 60.0, "m/s"),
}
MIN_DAYS = 365  # with less, there are seasons that the model has never seen


class InputError(ValueError):
    """An input that a stage cannot use; the message names it (without secrets), place, reason and remedy."""


def parse_csv(content: bytes, name: str) -> pd.DataFrame:
    """The cells of a CSV as text; the index is the line in the file. Raises InputError."""
    try:
        table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, skip_blank_lines=False)
    except ValueError as error:
        raise InputError(f"{name}: cannot be read as CSV: {str(error).strip()}") from None
    table.index = pd.RangeIndex(2, len(table) + 2)
    return table[(table != "").any(axis=1)]


def check_weather(table: pd.DataFrame, name: str, place: str = "line") -> pd.DataFrame:
    """The days in order, index `date`, columns of BOUNDS as float64; other columns are left out.

    Days may be missing (stage 2 makes no window across a gap), values may not. Raises InputError, which names the
    row by its index and `place` ("line" of a file or "row" of a result).
    """
    columns = [str(column) for column in table.columns]
    if missing := [column for column in ["date", *BOUNDS] if columns.count(column) != 1]:
        present = ", ".join(column[:20] for column in columns[:8]) or "none"
        raise InputError(f"{name}: needs one column {', '.join(missing)} each; it has: {present}")
    text = table["date"].astype(str).str.replace("/", "-")
    full = text.where(text.str.match(r"\d{4}-\d{2}-\d{2}\b"))
    dates = pd.to_datetime(full, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
    booleans = table[list(BOUNDS)].map(lambda cell: isinstance(cell, bool | np.bool_))
    numbers: pd.DataFrame = table[list(BOUNDS)].mask(booleans).apply(pd.to_numeric, errors="coerce").astype(float)
    rules = [("date", dates.notna() & (dates == dates.dt.normalize()), "a day like 2012-01-31")]
    rules.append(("date", ~dates.duplicated(), "a day that is not there twice"))
    for column, (low, high, unit) in BOUNDS.items():
        rules.append((column, numbers[column].between(low, high), f"a number of {unit} from {low:g} to {high:g}"))
    rules.append(("temp_max", numbers["temp_max"] >= numbers["temp_min"], "at least temp_min of that day"))
    for column, kept, rule in rules:
        if not kept.all():
            row = int(np.argmin(kept))
            cell = table[column].iloc[row]
            raise InputError(f"{name}, {place} {table.index[row]}: column {column} is {str(cell)!r}, must be {rule}")
    if len(table) < MIN_DAYS:
        raise InputError(f"{name}: {len(table)} days are too few; choose a source with {MIN_DAYS} or more")
    numbers.index = pd.DatetimeIndex(dates, name="date")
    return numbers.sort_index()


def read_rows(path: Path, stage: str) -> pd.DataFrame:
    """The table of an earlier stage, index `date`, a number in every cell; raises InputError: run `stage`."""
    try:
        rows = pd.read_csv(path, index_col="date", parse_dates=["date"]).astype(float)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run {stage} first") from None
    except ValueError as error:
        raise InputError(f"{path}: not a table of {stage} ({error}); run {stage} again") from None
    if not np.isfinite(rows).all(axis=None) or TARGET not in rows or set(rows[TARGET]) != {0, 1}:
        raise InputError(f"{path}: needs a number in every cell, and 0 and 1 in column {TARGET}; run {stage} again")
    return rows.astype({TARGET: int})


def run_stage(main: Callable[..., None]) -> None:
    """Run the command line of a stage; an input that cannot be used ends it with one line on stderr."""
    try:
        with threadpool_limits(1):  # small matrices: more threads only wait for each other
            typer.run(main)
    except (InputError, OSError) as error:
        sys.exit(f"{Path(sys.argv[0]).name}: {error}")
