"""Stage 2: features that look only backwards, and a StandardScaler fitted on the train cities alone.

Written: `features/{train,test}` (unscaled), `scaled/{train,test}` (the same rows, scaled) and the scaler. The
classifier is trained on `scaled/train`; the saved model carries the scaler, so it is asked with `features`.
"""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import skops.io
import typer
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent
DATA, SCALER = HERE / "data", HERE / "model/scaler.skops"
COLUMNS = ["date", "temperature", "anomaly", "kind"]
AGAIN = "run data_creation.py again"


class InputError(ValueError):
    """A file that this stage cannot use; the message names file, place, reason and remedy."""


def read_series(path: Path) -> pd.DataFrame:
    """A city's table, one row for each day without gaps; raises InputError."""
    try:
        table = pd.read_csv(path, index_col=False, skip_blank_lines=False, keep_default_na=False)
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: cannot be read as CSV ({error}); {AGAIN}") from None
    if missing := [column for column in COLUMNS if column not in table]:
        raise InputError(f"{path}: no column {', '.join(missing)}; {AGAIN}")
    written = table["date"]
    table["date"] = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce")
    for column in ("temperature", "anomaly"):
        table[column] = pd.to_numeric(table[column], errors="coerce")
    gap = table["date"].diff().ne(pd.Timedelta(days=1)) & (table.index > 0)
    mismatch = (table["kind"] == "normal") != (table["anomaly"] == 0)
    problems = {
        "date must be YYYY-MM-DD": table["date"].isna(),
        "date must be one day after the line before": gap,
        "temperature must be a number of degrees": ~table["temperature"].between(-1000, 1000),
        "anomaly must be 0 or 1": ~table["anomaly"].isin([0, 1]),
        "kind must be 'normal' when anomaly is 0 and only then": mismatch,
    }
    for problem, bad in problems.items():
        if bad.any():
            row = int(np.argmax(bad))
            raise InputError(f"{path}, line {row + 2} (date {written[row]}): column {problem}; {AGAIN}")
    return table.astype({"anomaly": int})


def expectation(temperature: np.ndarray, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the days before each day led to expect, and the usual size of the error until then; both (days,).

    Recursive least squares (Plackett 1950) of a yearly sine wave. An error counts as two usual errors at most
    (Huber's idea), so that faults hardly move what is expected.
    """
    waves = np.column_stack([np.ones_like(angle), np.sin(angle), np.cos(angle)])
    expected, usual = np.empty_like(temperature), np.empty_like(temperature)
    covariance, weights, size = np.eye(3) * 100.0, np.array([temperature[0], 0.0, 0.0]), 3.0
    for day, wave in enumerate(waves):
        expected[day], usual[day] = wave @ weights, size
        error = temperature[day] - expected[day]
        if day > 120:  # until then the wave is still being found, and large errors are how
            error = np.clip(error, -2 * size, 2 * size)
        gain = covariance @ wave / (1 + wave @ covariance @ wave)
        weights = weights + gain * error
        covariance = covariance - np.outer(gain, wave @ covariance)
        size += (min(abs(error), 3 * size) - size) / np.clip(day + 1, 20, 365)
    return expected, usual


def features(series: pd.DataFrame) -> pd.DataFrame:
    """Features of each day, made from that day and the days before it.

    The unit is the city's usual error, so that calm and stormy cities compare; `repeats` counts days.
    """
    temperature = series["temperature"].astype(float)
    angle = 2 * np.pi * series["date"].dt.day_of_year.to_numpy() / 365.25
    expected, usual = expectation(temperature.to_numpy(), angle)
    residual = (temperature - expected) / usual
    change = temperature.diff() / usual
    since_jump = residual.groupby((change.abs() > 3).cumsum())
    since_new_value = temperature.groupby(temperature.diff().ne(0).cumsum())
    return pd.DataFrame(
        {
            "residual": residual,
            "change": change,
            "departure": residual - residual.shift(1).rolling(5).median(),  # a spike leaves its neighbours
            "mean_7": residual.rolling(7).mean(),
            "mean_14": residual.rolling(14).mean(),
            "mean_30": residual.rolling(30).mean(),
            "level": since_jump.cumsum() / (since_jump.cumcount() + 1),  # since the last jump: a shift stays
            "repeats": since_new_value.cumcount().clip(upper=4),  # a stuck sensor
            "spread_4": np.log1p(temperature.rolling(4).std() / usual),
        }
    )


def fit_scaler(train: pd.DataFrame) -> StandardScaler:
    """A scaler of the train cities' features; it returns tables, so that names are checked on every use."""
    return StandardScaler().set_output(transform="pandas").fit(train)


def prepare(folder: Path, warmup: int) -> dict[str, pd.DataFrame]:
    """Date, features and labels of each city in the folder, without the `warmup` days (history only)."""
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise InputError(f"{folder}: no CSV files there; run data_creation.py first")
    tables = {}
    for path in paths:
        series = read_series(path)
        if len(series) <= warmup:
            raise InputError(f"{path}: {len(series)} days, but {warmup} are needed as history; {AGAIN}")
        labels = series[["anomaly", "kind"]]
        tables[path.name] = pd.concat([series[["date"]], features(series), labels], axis=1)[warmup:]
    return tables


def to_csv(table: pd.DataFrame) -> bytes:
    """The table as the bytes of its CSV file; the numbers read back are exactly these."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def write_all(files: dict[Path, bytes]) -> None:
    """Write every file beside its place and rename only then: a killed run leaves the earlier files whole."""
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}.new").write_bytes(content)
    for path in files:
        path.with_name(f".{path.name}.new").replace(path)


def main(
    data: Annotated[Path, typer.Option(help="Has train/ and test/; gets features/ and scaled/.")] = DATA,
    scaler_file: Annotated[Path, typer.Option("--scaler", help="Where the scaler goes.")] = SCALER,
    warmup: Annotated[int, typer.Option(min=30, help="First days of a city, history only.")] = 365,
) -> None:
    """Make causal features of every city and scale them by the train cities."""
    try:
        splits = {split: prepare(data / split, warmup) for split in ("train", "test")}
        train = pd.concat(splits["train"].values())
        names = [column for column in train if column not in COLUMNS]
        scaler = fit_scaler(train[names])
        files = {scaler_file: skops.io.dumps(scaler)}
        for split, tables in splits.items():
            for city, table in tables.items():
                scaled = table.assign(**scaler.transform(table[names]))
                files[data / "features" / split / city] = to_csv(table)
                files[data / "scaled" / split / city] = to_csv(scaled)
        write_all(files)
        for stale in {path for made in files for path in made.parent.glob("*.csv")} - files.keys():
            stale.unlink()  # a city that is no longer in train/ or test/ must not live on here
    except (InputError, OSError) as error:
        sys.exit(f"data_preprocessing.py: {error}")
    print(f"data_preprocessing.py: {len(names)} features, scaler of {len(train)} train days", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
