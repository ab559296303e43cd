"""v1 -> v2: Age's missing values become the mean of the known ones; nothing else changes, not by a byte."""

import math
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
import typer

HERE: Final = Path(__file__).resolve().parent


def fill_age(table: pd.DataFrame) -> pd.DataFrame:
    """A copy in which no Age (float, years) is missing. Raises ValueError where no mean can be taken.

    fsum is exact, so the mean, and with it the version's hash, is the same on every machine.
    """
    if "Age" not in table.columns:
        raise ValueError(f"no column Age, only {', '.join(table.columns)}")
    known = table["Age"].dropna()
    if known.empty:
        raise ValueError("column Age has no known value to take the mean of")
    return table.assign(Age=table["Age"].fillna(math.fsum(known) / len(known)))


def read(path: Path) -> pd.DataFrame:
    """Age as numbers, every other column as the text it is, so that it passes through unchanged."""
    types: defaultdict[str, str] = defaultdict(lambda: "str", Age="float64")
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values={"Age": [""]})


def write(table: pd.DataFrame, path: Path) -> None:
    """Canonical CSV (see data_creation.py), beside and then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            table.to_csv(file, index=False, lineterminator="\n", float_format=lambda v: str(v).removesuffix(".0"))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def main(
    source: Annotated[Path, typer.Option("--input", help="CSV with a column Age.")] = HERE / "data" / "v1.csv",
    output: Annotated[Path, typer.Option(help="CSV to write.")] = HERE / "data" / "v2.csv",
) -> None:
    """Fill Age's missing values with the mean of the known ones."""
    try:
        write(fill_age(read(source)), output)
    except (OSError, ValueError) as error:
        sys.exit(f"fill_age.py: {source}: {error}")


if __name__ == "__main__":
    typer.run(main)
