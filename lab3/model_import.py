"""Copies lab2's accepted model into lab3/model, with weeks of real weather next to it; the image is built from there.

Run it by `python -m lab3.model_import` in the repository's root.

`weeks.json` holds `golden` weeks, whose chances the service must reproduce before it is ready, and `usual` weeks of
each month, which an answer is compared with.
"""

import datetime as dt
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import typer

from lab3.forecast import MEASURES, Day, Forecast, NotReadyError, load_model, reading

HERE = Path(__file__).resolve().parent
LAB2 = HERE.parent / "lab2"
GOLDEN, USUAL = 12, 24  # weeks in all, weeks of each month


def read_windows(path: Path, inputs: list[str]) -> pd.DataFrame:
    """The rows of lab2's table of windows, index `date`, in order of time; raises NotReadyError."""
    with reading(path):
        rows = pd.read_csv(path, index_col="date", parse_dates=["date"])[inputs].astype(float)
        if rows.empty or not np.isfinite(rows.to_numpy()).all():
            raise ValueError("a cell is empty, or there is no row")
    return rows


def spread(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """At most `count` rows, evenly spread from the first to the last."""
    return rows.iloc[np.unique(np.linspace(0, len(rows) - 1, count).round().astype(int))]


def measures(rows: pd.DataFrame, window: int) -> np.ndarray:
    """The weeks (n, window, 4) that the rows were made of, the oldest day first."""
    columns = [f"{name}_{ago}" for ago in reversed(range(window)) for name in MEASURES]
    return rows[columns].to_numpy().reshape(-1, window, len(MEASURES))


def choose_weeks(forecast: Forecast, train: pd.DataFrame, test: pd.DataFrame) -> dict[str, Any]:
    """The content of weeks.json; a month without a row in `train` is compared with the whole year."""
    months = pd.DatetimeIndex(train.index).month
    usual = {}
    for month in range(1, 13):
        rows = train[months == month]
        chosen = spread(train if rows.empty else rows, USUAL)
        usual[str(month)] = measures(chosen, forecast.window).tolist()
    golden = []
    chosen = spread(test, GOLDEN)
    for today, week in zip(pd.DatetimeIndex(chosen.index), measures(chosen, forecast.window), strict=True):
        days = [
            Day(date=today.date() - dt.timedelta(days=ago), **dict(zip(MEASURES, day, strict=True)))
            for ago, day in zip(reversed(range(forecast.window)), week, strict=True)
        ]
        golden.append({"days": [day.model_dump(mode="json") for day in days], "chance": forecast.chance(days)})
    return {"model": forecast.about["sha256"], "golden": golden, "usual": usual}


def main(source: Path = LAB2, to: Path = HERE / "model") -> None:
    """Copy the accepted model of lab2 and choose its weeks; an existing folder stays as it is if anything is wrong."""
    try:
        model, about = load_model(source / "model")
        train, test = (read_windows(source / f"data/windows/{part}.csv", about["inputs"]) for part in ("train", "test"))
        with reading(source):
            weeks = choose_weeks(Forecast(model, about, {}), train, test)
        new = to.with_name(f"{to.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        shutil.copyfile(source / "model/model.skops", new / "model.skops")
        (new / "model.json").write_text(json.dumps(about, indent=2))
        (new / "weeks.json").write_text(json.dumps(weeks))
        shutil.rmtree(to, ignore_errors=True)
        new.rename(to)
    except (NotReadyError, OSError) as error:
        sys.exit(f"model_import.py: {error}")
    print(f"model_import.py: model {about['sha256'][:12]} is in {to}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
