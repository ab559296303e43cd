"""Stage 2: features that look only backwards, and the same features scaled by the train cities alone.

Written: `features/{train,test}`, which the model takes, and `scaled/{train,test}`, the same rows as its scaler sees
them: the model carries a scaler of its own, fitted on the same rows, so whoever uses it cannot scale differently.
"""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from sklearn.preprocessing import StandardScaler

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the script runs alone, from any directory
from lab1.inputs import FEATURES, LABELS, read_cities, run_stage

HERE = Path(__file__).resolve().parent
WARMUP = 366  # first days of a city: a year of history, and the day before the first change
SEASON = 45  # days of a median that is the season; the best of 21, 31, 45 and 61 when each train city is left out once


def features(temperature: pd.Series) -> pd.DataFrame:
    """Features of each day of one city, made from that day and the days before it.

    The season of a day is what the same weeks of the earlier years were like. The unit is the city's usual distance
    from it, so that calm and stormy cities compare; `repeats` counts days. Medians hardly notice a fault.
    """
    season = temperature.rolling(SEASON, center=True, min_periods=1).median()
    earlier_years = [season.shift(365 * years) for years in range(1, len(season) // 365 + 1)]
    distance = (temperature - season).abs().rolling(365, min_periods=30).median()
    usual = distance.shift(SEASON // 2 + 1)  # by then the centred median holds no day that is still to come
    residual = (temperature - pd.concat(earlier_years, axis=1).mean(axis=1)) / usual
    change = temperature.diff() / usual
    since_jump = residual.groupby((change.abs() > 4).cumsum())
    since_new_value = temperature.groupby(temperature.diff().ne(0).cumsum())
    columns = {
        "residual": residual,
        "change": change,
        "departure": residual - residual.shift(1).rolling(5, min_periods=1).median(),  # a spike leaves its neighbours
        **{f"mean_{days}": residual.rolling(days, min_periods=1).mean() for days in (7, 14, 30)},
        "level": since_jump.cumsum() / (since_jump.cumcount() + 1),  # since the last jump: a shift stays
        "repeats": since_new_value.cumcount().clip(upper=4),  # a stuck sensor
        "spread_4": np.log1p(temperature.rolling(4).std() / usual),
    }
    return pd.DataFrame(columns)[FEATURES]


def prepare(folder: Path) -> pd.DataFrame:
    """City, labels and features of all cities of a folder, without their first days; raises InputError."""
    series = read_cities(folder, ["temperature"], "data_creation.py", history=WARMUP)
    cities = [
        city.drop(columns="temperature").join(features(city["temperature"])) for _, city in series.groupby("city")
    ]
    return pd.concat([city[WARMUP:] for city in cities], ignore_index=True)


def write(rows: pd.DataFrame, folder: Path) -> None:
    """Write a CSV file per city; the folder has no other files then."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for city, table in rows.groupby("city"):
        columns = [*LABELS, *FEATURES]
        table.to_csv(folder / f"{city}.csv", columns=columns, index=False, lineterminator="\n")


def main(
    data: Annotated[Path, typer.Option(help="Has train/ and test/; gets features/ and scaled/.")] = HERE / "run/data",
) -> None:
    """Make causal features of every city and scale them by the train cities."""
    splits = {split: prepare(data / split) for split in ("train", "test")}
    scaler = StandardScaler().set_output(transform="pandas").fit(splits["train"][FEATURES])
    for split, rows in splits.items():
        write(rows, data / "features" / split)
        write(rows.assign(**scaler.transform(rows[FEATURES])), data / "scaled" / split)
    print(f"data_preprocessing.py: {len(FEATURES)} features, {len(splits['train'])} train days", file=sys.stderr)


if __name__ == "__main__":
    run_stage(main)
