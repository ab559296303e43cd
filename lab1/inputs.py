"""What the stages read: the tables of the cities and the model. Every refusal of an input is raised here."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io
import typer
from sklearn.pipeline import Pipeline

LABELS = ["date", "anomaly", "kind"]
FEATURES = ["residual", "change", "departure", "mean_7", "mean_14", "mean_30", "level", "repeats", "spread_4"]


class InputError(ValueError):
    """A file that a stage cannot use; the message names file, line, reason and remedy."""


def find_problem(table: pd.DataFrame, columns: Sequence[str]) -> str | None:
    """The first thing that is wrong in a city's table, with its line and date; None if it can be used."""
    if missing := [column for column in [*LABELS, *columns] if column not in table]:
        return f"no column {', '.join(missing)}"
    days = pd.to_datetime(table["date"], format="%Y-%m-%d", errors="coerce")
    numbers = table[["anomaly", *columns]].apply(pd.to_numeric, errors="coerce")
    rules = {
        "date must be YYYY-MM-DD": days.notna(),
        "date must be one day after the line before": days.diff().eq(pd.Timedelta(days=1)) | (table.index == 0),
        **{f"{column} must be a number": np.isfinite(numbers[column]) for column in columns},
        "anomaly must be 0 or 1": numbers["anomaly"].isin([0, 1]),
        "kind must be 'normal' if anomaly is 0 and only then": (table["kind"] == "normal") == (numbers["anomaly"] == 0),
    }
    for rule, kept in rules.items():
        if not kept.all():
            row = int(np.argmin(kept))
            return f"line {row + 2} (date {table['date'][row]}): column {rule}"
    return None


def read_cities(folder: Path, columns: Sequence[str], stage: str, history: int = 0) -> pd.DataFrame:
    """The rows of all cities of a folder, with a column `city`; raises InputError, whose remedy is to run `stage`."""
    tables = []
    for path in sorted(folder.glob("*.csv")):
        try:
            table = pd.read_csv(path, index_col=False, skip_blank_lines=False, keep_default_na=False)
            problem = find_problem(table, columns)
        except (ValueError, OSError) as error:
            problem = f"cannot be read as CSV ({error})"
        if not problem and len(table) <= history:
            problem = f"{len(table)} days, but more than {history} are needed as history"
        if problem:
            raise InputError(f"{path}: {problem}; run {stage} again")
        tables.append(table[[*LABELS, *columns]].assign(city=path.stem))
    if not tables:
        raise InputError(f"{folder}: no CSV files there; run {stage} first")
    cities = pd.concat(tables, ignore_index=True)
    if cities["anomaly"].nunique() != 2:
        raise InputError(f"{folder}: column anomaly has one value only; run {stage} again")
    return cities


def read_model(path: Path) -> Pipeline:
    """The saved pipeline; no type is trusted that skops does not trust by itself. Raises InputError."""
    try:
        return skops.io.load(path, trusted=[])
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run model_preparation.py first") from None
    except Exception as error:  # a broken file fails in many ways inside skops, and all mean the same
        raise InputError(f"{path}: not a model that can be loaded ({error}); run model_preparation.py again") from None


def run_stage(main: Callable[..., None]) -> None:
    """Run the command line of a stage; a file that cannot be used or written ends it with one line on stderr."""
    try:
        typer.run(main)
    except (InputError, OSError) as error:
        sys.exit(f"{Path(sys.argv[0]).name}: {error}")
