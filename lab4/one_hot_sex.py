"""v2 -> v3: Sex becomes Sex_female and Sex_male (0 or 1) in its place; nothing else changes by a byte."""

import os
import sys
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
import typer

HERE: Final = Path(__file__).resolve().parent
VALUES: Final = ("female", "male")


def one_hot_sex(table: pd.DataFrame) -> pd.DataFrame:
    """A copy with integer columns Sex_female, Sex_male where Sex was; exactly one of them is 1 in each row.

    The two columns do not depend on which values occur, so every table gets the same schema.
    Raises ValueError naming the row when a value is neither, since all zeros would hide it.
    """
    if "Sex" not in table.columns:
        raise ValueError(f"no column Sex, only {', '.join(table.columns)}")
    sex = table["Sex"]
    if not (known := sex.isin(VALUES)).all():
        row = int((~known).to_numpy().argmax())
        raise ValueError(f"column Sex, row {row + 1}: {sex.iloc[row]!r} is neither {' nor '.join(VALUES)}")
    encoded = {f"Sex_{value}": (sex == value).astype("int64") for value in VALUES}
    order = [name for column in table.columns for name in (encoded if column == "Sex" else [column])]
    return table.assign(**encoded)[order]


def read(path: Path) -> pd.DataFrame:
    """Every column as the text it is, so that it passes through unchanged."""
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def write(table: pd.DataFrame, path: Path) -> None:
    """Canonical CSV (see data_creation.py), beside and then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            table.to_csv(file, index=False, lineterminator="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def main(
    source: Annotated[Path, typer.Option("--input", help="CSV with a column Sex.")] = HERE / "data" / "v2.csv",
    output: Annotated[Path, typer.Option(help="CSV to write.")] = HERE / "data" / "v3.csv",
) -> None:
    """One-hot encode Sex."""
    try:
        write(one_hot_sex(read(source)), output)
    except (OSError, ValueError) as error:
        sys.exit(f"one_hot_sex.py: {source}: {error}")


if __name__ == "__main__":
    typer.run(main)
