"""v2 -> v3: Sex becomes Sex_female and Sex_male (0 or 1) in its place; no other cell changes by a byte."""

import sys
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
import typer

HERE: Final = Path(__file__).resolve().parent
VALUES: Final = ("female", "male")


def one_hot_sex(table: pd.DataFrame) -> pd.DataFrame:
    """A copy with integer columns Sex_female and Sex_male in the place of Sex; exactly one of them is 1 in each row.

    The two columns do not depend on which values occur, so every table gets the same schema.
    Raises ValueError naming the row when a value is neither, since all zeros would hide it.
    """
    if "Sex" not in table.columns:
        raise ValueError(f"no column Sex; the columns are {', '.join(table.columns)}")
    sex = table["Sex"]
    invalid = (~sex.isin(VALUES)).to_numpy()
    if invalid.any():
        row = int(invalid.argmax())
        raise ValueError(f"column Sex, row {row + 1}: {sex.iloc[row]!r} is neither {' nor '.join(VALUES)}")
    place = list(table.columns).index("Sex")
    encoded = table.drop(columns="Sex")
    for shift, value in enumerate(VALUES):
        encoded.insert(place + shift, f"Sex_{value}", (sex == value).astype("int64"))
    return encoded


def main(
    source: Annotated[Path, typer.Option("--input", help="CSV with a column Sex.")] = HERE / "data" / "v2.csv",
    output: Annotated[Path, typer.Option(help="CSV to write.")] = HERE / "data" / "v3.csv",
) -> None:
    """One-hot encode Sex."""
    try:
        table = one_hot_sex(pd.read_csv(source, dtype="str", keep_default_na=False))
        output.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(output, index=False, lineterminator="\n")
    except (OSError, ValueError) as error:
        sys.exit(f"one_hot_sex.py: {source}: {error}")


if __name__ == "__main__":
    typer.run(main)
