"""Takes lab2's accepted model into lab3/model, with weeks of real weather beside it, for the image to be built from.

Run it by `python -m lab3.model_import` in the repository's root.

`weeks.json` holds `golden` weeks, which the model must answer as here before the service is ready, and `usual` weeks of
each month, which an answer is compared with.
"""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from lab3.forecast import MEASURES, Day, Forecast, NotReadyError, load_model

HERE = Path(__file__).resolve().parent
LAB2 = HERE.parent / "lab2"
GOLDEN, USUAL = 12, 24  # weeks in all, weeks of each month


def read_windows(path: Path, inputs: list[str]) -> pd.DataFrame:
    """The rows of lab2's table of windows, index `date`, in order of time; raises NotReadyError."""
    try:
        rows = pd.read_csv(path, index_col="date", parse_dates=["date"])[inputs]
        rows = rows.astype(float)
    except FileNotFoundError:
        raise NotReadyError(f"{path}: no such file; run lab2/pipeline.sh") from None
    except (ValueError, KeyError) as error:
        raise NotReadyError(f"{path}: not windows for this model ({error}); run lab2/pipeline.sh") from None
    if rows.empty or not np.isfinite(rows.to_numpy()).all():
        raise NotReadyError(f"{path}: needs a number in every cell, and a row; run lab2/pipeline.sh")
    return rows


def week_of(row: "pd.Series[float]", window: int) -> list[Day]:
    """The days that a row of windows was made of, the oldest first."""
    today = pd.Timestamp(str(row.name)).date()
    return [
        Day(date=today - dt.timedelta(days=ago), **{name: float(row[f"{name}_{ago}"]) for name in MEASURES})
        for ago in reversed(range(window))
    ]


def spread(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """At most `count` rows, evenly spread from the first to the last."""
    return rows.iloc[np.unique(np.linspace(0, len(rows) - 1, count).round().astype(int))]


def choose_weeks(forecast: Forecast, train: pd.DataFrame, test: pd.DataFrame) -> dict[str, Any]:
    """The content of weeks.json; a month that the train part never saw is compared with the whole year."""
    months = pd.DatetimeIndex(train.index).month
    usual = {}
    for month in range(1, 13):
        rows = train[months == month]
        chosen = spread(train if rows.empty else rows, USUAL)
        weeks = [week_of(row, forecast.window) for _, row in chosen.iterrows()]
        usual[str(month)] = [[[getattr(day, name) for name in MEASURES] for day in week] for week in weeks]
    golden = []
    for _, row in spread(test, GOLDEN).iterrows():
        days = week_of(row, forecast.window)
        golden.append({"days": [day.model_dump(mode="json") for day in days], "chance": forecast.chance(days)})
    return {"model": forecast.about["sha256"], "golden": golden, "usual": usual}


def main(
    source: Annotated[Path, typer.Option("--from", help="The folder of lab2.")] = LAB2,
    to: Annotated[Path, typer.Option(help="Where the model goes.")] = HERE / "model",
) -> None:
    """Copy the accepted model and choose its weeks; what was in the folder stays whole if anything is wrong."""
    try:
        model, about = load_model(source / "model")
        train, test = (read_windows(source / f"data/windows/{part}.csv", about["inputs"]) for part in ("train", "test"))
        weeks = choose_weeks(Forecast(model, about, {}), train, test)
        files = {
            "model.skops": (source / "model/model.skops").read_bytes(),
            "weeks.json": json.dumps(weeks).encode(),
            "model.json": json.dumps(about, indent=2).encode(),
        }
        to.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (to / f".{name}.new").write_bytes(content)
        for name in files:
            (to / f".{name}.new").replace(to / name)
    except (NotReadyError, OSError) as error:
        sys.exit(f"model_import.py: {error}")
    print(f"model_import.py: model {about['sha256'][:12]} is in {to}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
