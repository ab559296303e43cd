"""Stage 1: daily temperatures of invented cities, some with labelled faults, into `train/` and `test/`.

temperature = season + weather (an AR(1) process: tomorrow resembles today) + sensor noise + faults.
The first year is free of faults, so that the next stage has a history to learn each city's season from.
"""

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from matplotlib.figure import Figure

HERE = Path(__file__).resolve().parent
DATA, PLOT = HERE / "data", HERE / "reports/series.png"
FIRST_YEAR = 2015
CLEAN_DAYS = 365
GAP = 5  # days, at least, between two faults: each has a healthy day before it
NORMAL = "normal"


@dataclass(frozen=True)
class City:
    """A climate in degrees Celsius.

    `weather` and `sensor` are standard deviations, `persistence` is the AR(1) coefficient of the weather.
    """

    name: str
    folder: str
    mean: float
    swing: float
    weather: float
    persistence: float
    sensor: float
    faults: bool


@dataclass(frozen=True)
class Fault:
    """How often a fault comes, how many days it lasts, how many degrees it adds, and how it is plotted."""

    per_year: int
    days: tuple[int, int]
    size: tuple[float, float]
    colour: str
    marker: str


# No city of `test` is one of `train`: the question is whether the model works where it has never been.
CITIES = (
    City("alderton", "train", 2.0, 19.0, 2.8, 0.70, 0.2, faults=True),
    City("brightwater", "train", 7.0, 13.0, 2.2, 0.65, 0.3, faults=True),
    City("coldfield", "train", 15.0, 10.0, 1.9, 0.60, 0.2, faults=True),
    City("dunmore", "train", 9.0, 14.0, 2.4, 0.70, 0.4, faults=True),
    City("eastvale_noise", "train", 6.0, 12.0, 2.4, 0.70, 1.2, faults=False),
    City("fernhill", "test", 1.0, 18.0, 2.6, 0.72, 0.3, faults=True),
    City("granby", "test", 17.0, 7.0, 2.1, 0.60, 0.2, faults=True),
    City("highmoor_noise", "test", 10.0, 12.0, 2.3, 0.65, 1.0, faults=False),
)
FAULTS = {
    "spike": Fault(10, (1, 1), (7.0, 15.0), "#D55E00", "^"),
    "stuck": Fault(3, (5, 15), (0.0, 0.0), "#000000", "s"),
    "drift": Fault(1, (25, 50), (8.0, 16.0), "#009E73", "o"),
    "shift": Fault(1, (15, 45), (6.0, 12.0), "#CC79A7", "D"),
}


def season(city: City, dates: pd.DatetimeIndex) -> np.ndarray:
    """The expected temperature of each day: coldest in January, the spring a little unlike the autumn."""
    angle = 2 * np.pi * (dates.day_of_year.to_numpy() - 18) / 365.25
    return np.asarray(city.mean - city.swing * np.cos(angle) + 0.08 * city.swing * np.sin(2 * angle))


def weather(city: City, days: int, rng: np.random.Generator) -> np.ndarray:
    """AR(1) noise whose standard deviation is `city.weather` from the first day on."""
    shocks = rng.normal(0, city.weather * np.sqrt(1 - city.persistence**2), days)
    values = np.empty(days)
    values[0] = rng.normal(0, city.weather)
    for day in range(1, days):
        values[day] = city.persistence * values[day - 1] + shocks[day]
    return values


def add_faults(temperature: np.ndarray, years: int, rng: np.random.Generator) -> np.ndarray:
    """Put faults into `temperature` (in place) after the clean days; returns the kind of every day."""
    kind = np.full(len(temperature), NORMAL, dtype=object)
    one_year = [name for name, fault in FAULTS.items() for _ in range(fault.per_year)]
    names = rng.permutation(one_year * (years - 1))
    days = np.array([rng.integers(*FAULTS[name].days, endpoint=True) for name in names])
    # The days left over are cut at random places: faults never overlap, and nothing has to be drawn twice.
    spare = len(temperature) - CLEAN_DAYS - days.sum() - GAP * len(days)
    cuts = np.sort(rng.integers(0, spare, len(days), endpoint=True))
    starts = CLEAN_DAYS + cuts + np.cumsum(days) - days + GAP * np.arange(1, len(days) + 1)
    for name, start, length in zip(names, starts, days, strict=True):
        where = slice(start, start + length)
        size = rng.choice([-1, 1]) * rng.uniform(*FAULTS[name].size)
        if name == "stuck":
            temperature[where] = temperature[start - 1]
        elif name == "drift":
            temperature[where] += size * np.arange(1, length + 1) / length
        else:
            temperature[where] += size
        kind[where] = name
    return kind


def create(city: City, years: int, seed: int) -> pd.DataFrame:
    """One row a day: date, temperature (0.1 degrees), anomaly (0 or 1), kind. Same arguments, same table."""
    rng = np.random.default_rng([seed, *city.name.encode()])
    dates = pd.date_range(f"{FIRST_YEAR}-01-01", f"{FIRST_YEAR + years - 1}-12-31")
    temperature = season(city, dates) + weather(city, len(dates), rng)
    temperature += rng.normal(0, city.sensor, len(dates))
    kind = np.full(len(dates), NORMAL, dtype=object)
    if city.faults:
        kind = add_faults(temperature, years, rng)
    rounded = temperature.round(1) + 0.0  # + 0.0 turns -0.0 into 0.0
    anomaly = (kind != NORMAL).astype(int)
    return pd.DataFrame({"date": dates, "temperature": rounded, "anomaly": anomaly, "kind": kind})


def plot(series: pd.DataFrame, title: str) -> bytes:
    """PNG of the 600 days with most kinds of faults; no dates or versions in it: equal data, equal bytes."""
    windows = [series[start : start + 600] for start in range(CLEAN_DAYS - 60, len(series) - 300, 60)]
    shown = max(windows, key=lambda window: window["kind"].nunique())
    figure = Figure(figsize=(13, 5), layout="constrained")
    axes = figure.add_subplot(xlabel="date", ylabel="temperature, °C", title=title)
    axes.plot(shown["date"], shown["temperature"], color="#9ab8d6", linewidth=1, label="reading")
    for name, fault in FAULTS.items():
        days = shown[shown["kind"] == name]
        axes.scatter(
            days["date"],
            days["temperature"],
            color=fault.colour,
            marker=fault.marker,
            label=name,
            s=18,
            zorder=3,
        )
    axes.legend(ncols=5, loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False)
    axes.grid(alpha=0.3)
    png = io.BytesIO()
    figure.savefig(png, dpi=110, metadata={"Software": None})
    return png.getvalue()


def to_csv(table: pd.DataFrame) -> bytes:
    """The table as the bytes of its CSV file."""
    return table.to_csv(index=False, float_format="%.1f", lineterminator="\n").encode()


def write_all(files: dict[Path, bytes]) -> None:
    """Write every file beside its place and rename only then: a killed run leaves the earlier files whole."""
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}.new").write_bytes(content)
    for path in files:
        path.with_name(f".{path.name}.new").replace(path)


def main(
    data: Annotated[Path, typer.Option(help="Folder for train/CITY.csv and test/CITY.csv.")] = DATA,
    plot_file: Annotated[Path, typer.Option("--plot", help="Where the plot goes.")] = PLOT,
    years: Annotated[int, typer.Option(min=2, max=30, help="Years per city, the first without faults.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other data.")] = 42,
) -> None:
    """Create the data sets and a plot of one of them."""
    tables = {city: create(city, years, seed) for city in CITIES}
    files = {data / city.folder / f"{city.name}.csv": to_csv(table) for city, table in tables.items()}
    shown = CITIES[0]
    files[plot_file] = plot(tables[shown], f"{shown.name}: daily temperature and its labelled faults")
    try:
        write_all(files)
    except OSError as error:
        sys.exit(f"data_creation.py: cannot write the data: {error}")
    print(f"data_creation.py: {len(tables)} cities, {years} years, seed {seed}, in {data}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
