"""The table of this product: lab2's pinned days of Seattle's weather, dates as YYYY-MM-DD."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

SNAPSHOT = Path(__file__).resolve().parents[3] / "lab2" / "snapshot" / "seattle-weather.csv"


def main(output: Annotated[Path, typer.Argument(help="The CSV file to write.")]) -> None:
    """Write the table."""
    table = pd.read_csv(SNAPSHOT, dtype=str, keep_default_na=False)
    table["date"] = table["date"].str.replace("/", "-")
    table.to_csv(output, index=False, lineterminator="\n")


if __name__ == "__main__":
    typer.run(main)
