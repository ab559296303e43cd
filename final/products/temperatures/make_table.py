"""The table of this product: days of lab1's invented cities, each with the temperature of the day after.

lab1's own script makes the series. Days within reach of a labelled fault of the sensor are left out, since the product
predicts the weather and not the faults.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

SCRIPT = Path(__file__).resolve().parents[3] / "lab1" / "data_creation.py"
YEARS = 4
WINDOW = 7  # days, today included


def questions(series: pd.DataFrame, city: str) -> pd.DataFrame:
    """One row a day: the values of that evening, and `tomorrow`; all temperatures in °C."""
    today = series["temperature"]
    rows = pd.DataFrame({"date": series["date"], "city": city, "today": today})
    rows["change"] = today.diff().round(1)
    rows["mean_7"] = today.rolling(WINDOW).mean().round(2)
    rows["tomorrow"] = today.shift(-1)
    healthy = (series["anomaly"] == 0).astype(float)
    reach = healthy.rolling(WINDOW).min() * healthy.shift(-1)
    return rows[(reach == 1) & rows.notna().all(axis=1)]


def main(output: Annotated[Path, typer.Argument(help="The CSV file to write.")]) -> None:
    """Write the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        command = [sys.executable, str(SCRIPT), "--data", scratch, "--plot", str(folder / "series.png")]
        subprocess.run([*command, "--years", str(YEARS)], check=True, stdout=subprocess.DEVNULL)
        parts = [questions(pd.read_csv(file), file.stem) for file in sorted(folder.glob("train/*.csv"))]
    pd.concat(parts).sort_values(["date", "city"]).to_csv(output, index=False, lineterminator="\n")


if __name__ == "__main__":
    typer.run(main)
