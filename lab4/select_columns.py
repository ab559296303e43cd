"""v0 -> v1: the columns Pclass, Sex, Age and the target Survived; their cells do not change by a byte."""

import sys
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
import typer

HERE: Final = Path(__file__).resolve().parent
COLUMNS: Final = ["Pclass", "Sex", "Age", "Survived"]


def select_columns(table: pd.DataFrame, with_id: bool = False) -> pd.DataFrame:
    """The columns of v1, after PassengerId if asked for. Raises ValueError when one is missing."""
    names = ["PassengerId", *COLUMNS] if with_id else COLUMNS
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ValueError(f"no column {', '.join(missing)}; the columns are {', '.join(table.columns)}")
    return table[names]


def main(
    source: Annotated[Path, typer.Option("--input", help="The raw table.")] = HERE / "data" / "v0.csv",
    output: Annotated[Path, typer.Option(help="CSV to write.")] = HERE / "data" / "v1.csv",
    with_id: Annotated[bool, typer.Option("--with-id", help="PassengerId in front.")] = False,
) -> None:
    """Keep Pclass, Sex, Age and Survived."""
    try:
        table = select_columns(pd.read_csv(source, dtype="str", keep_default_na=False), with_id)
        output.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(output, index=False, lineterminator="\n")
    except (OSError, ValueError) as error:
        sys.exit(f"select_columns.py: {source}: {error}")


if __name__ == "__main__":
    typer.run(main)
