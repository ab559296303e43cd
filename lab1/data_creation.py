"""Stage 1: daily temperatures of invented cities, some with labelled faults, into `train/` and `test/`.

temperature = season + weather (an AR(1) process: tomorrow resembles today) + sensor noise + faults.
The first year is free of faults, so that the next stage has a history to learn each city's season from.
"""

import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer
from matplotlib import style
from matplotlib.figure import Figure
from scipy.signal import lfilter

HERE = Path(__file__).resolve().parent
FIRST_YEAR = 2015
CLEAN_DAYS = 365
GAP = 5  # days, at least, between two faults: each has a healthy day before it
NORMAL = "normal"


class City(NamedTuple):
    """A climate in degrees Celsius; `weather` and `sensor` are standard deviations, `persistence` is the AR(1)'s."""

    folder: str
    mean: float
    swing: float
    weather: float
    persistence: float
    sensor: float
    faults: bool


class Fault(NamedTuple):
    """How often a fault comes, how many days it lasts, how many degrees it adds, and its marker in the plot."""

    per_year: int
    days: tuple[int, int]
    size: tuple[float, float]
    marker: str


# No city of `test` is one of `train`: the question is whether the model works in a place it has never seen.
CITIES = {
    "alderton": City("train", 2.0, 19.0, 2.8, 0.70, 0.2, faults=True),
    "brightwater": City("train", 7.0, 13.0, 2.2, 0.65, 0.3, faults=True),
    "coldfield": City("train", 15.0, 10.0, 1.9, 0.60, 0.2, faults=True),
    "dunmore": City("train", 9.0, 14.0, 2.4, 0.70, 0.4, faults=True),
    "eastvale_noise": City("train", 6.0, 12.0, 2.4, 0.70, 1.2, faults=False),
    "fernhill": City("test", 1.0, 18.0, 2.6, 0.72, 0.3, faults=True),
    "granby": City("test", 17.0, 7.0, 2.1, 0.60, 0.2, faults=True),
    "highmoor_noise": City("test", 10.0, 12.0, 2.3, 0.65, 1.0, faults=False),
}
FAULTS = {
    "spike": Fault(10, (1, 1), (7.0, 15.0), "^"),
    "stuck": Fault(3, (5, 15), (0.0, 0.0), "s"),
    "drift": Fault(1, (25, 50), (8.0, 16.0), "o"),
    "shift": Fault(1, (15, 45), (6.0, 12.0), "D"),
}


def season(city: City, dates: pd.DatetimeIndex) -> np.ndarray:
    """The expected temperature of each day: coldest in January, the spring a little unlike the autumn."""
    angle = 2 * np.pi * (dates.day_of_year.to_numpy() - 18) / 365.25
    return np.asarray(city.mean - city.swing * np.cos(angle) + 0.08 * city.swing * np.sin(2 * angle))


def weather(city: City, days: int, rng: np.random.Generator) -> np.ndarray:
    """AR(1) noise whose standard deviation is `city.weather` from the first day on."""
    shocks = rng.normal(0, city.weather * np.sqrt(1 - city.persistence**2), days)
    shocks[0] = rng.normal(0, city.weather)
    return np.asarray(lfilter([1], [1, -city.persistence], shocks))


def add_faults(temperature: np.ndarray, years: int, rng: np.random.Generator) -> np.ndarray:
    """Put faults into `temperature` (in place) after the clean days; returns the kind of every day."""
    kind = np.full(len(temperature), NORMAL, dtype=object)
    names = rng.permutation([name for name, fault in FAULTS.items() for _ in range(fault.per_year)] * (years - 1))
    days = np.array([rng.integers(*FAULTS[name].days, endpoint=True) for name in names])
    # The days left over are cut at random places: faults never overlap, and nothing has to be drawn twice.
    spare = len(temperature) - CLEAN_DAYS - days.sum() - GAP * len(days)
    cuts = np.sort(rng.integers(0, spare, len(days), endpoint=True))
    starts = CLEAN_DAYS + cuts + np.cumsum(days) - days + GAP * np.arange(1, len(days) + 1)
    for name, start, length in zip(names, starts, days, strict=True):
        fault_days = slice(start, start + length)
        size = rng.choice([-1, 1]) * rng.uniform(*FAULTS[name].size)
        if name == "stuck":
            temperature[fault_days] = temperature[start - 1]
        elif name == "drift":
            temperature[fault_days] += size * np.arange(1, length + 1) / length
        else:
            temperature[fault_days] += size
        kind[fault_days] = name
    return kind


def create(name: str, years: int, seed: int) -> pd.DataFrame:
    """One row a day: date, temperature (0.1 degrees), anomaly (0 or 1), kind. Same arguments, same table."""
    city, rng = CITIES[name], np.random.default_rng([seed, *name.encode()])
    dates = pd.date_range(f"{FIRST_YEAR}-01-01", f"{FIRST_YEAR + years - 1}-12-31")
    temperature = season(city, dates) + weather(city, len(dates), rng) + rng.normal(0, city.sensor, len(dates))
    kind = add_faults(temperature, years, rng) if city.faults else np.full(len(dates), NORMAL, dtype=object)
    rounded = temperature.round(1) + 0.0  # + 0.0 turns -0.0 into 0.0
    return pd.DataFrame({"date": dates, "temperature": rounded, "anomaly": (kind != NORMAL).astype(int), "kind": kind})


def plot(series: pd.DataFrame, city: str) -> Figure:
    """The last two years of a city, every kind of fault with its own marker."""
    shown = series[-730:]
    style.use(HERE.parent / "tools/plots.mplstyle")
    figure = Figure(figsize=(12, 4.5))
    title = f"Daily temperature of {city} with its labelled faults, n = {len(shown)} days"
    axes = figure.add_subplot(xlabel="date", ylabel="temperature, °C", title=title)
    axes.plot(shown["date"], shown["temperature"], linewidth=1, alpha=0.6, label="reading")
    for name, fault in FAULTS.items():
        days = shown[shown["kind"] == name]
        axes.plot(days["date"], days["temperature"], linestyle="none", marker=fault.marker, markersize=4, label=name)
    axes.legend(ncols=5, loc="upper center", bbox_to_anchor=(0.5, -0.12))
    return figure


def main(
    data: Annotated[Path, typer.Option(help="Folder for train/ and test/.")] = HERE / "run/data",
    plot_file: Annotated[Path, typer.Option("--plot", help="Where the plot goes.")] = HERE / "run/reports/series.png",
    years: Annotated[int, typer.Option(min=2, max=30, help="Years per city, the first without faults.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other data.")] = 42,
) -> None:
    """Create the data sets and a plot of one of them."""
    tables = {name: create(name, years, seed) for name in CITIES}
    try:
        for name, table in tables.items():
            path = data / CITIES[name].folder / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            table.to_csv(path, index=False, float_format="%.1f", lineterminator="\n")
        plot_file.parent.mkdir(parents=True, exist_ok=True)
        plot(tables["alderton"], "alderton").savefig(plot_file, metadata={"Software": None})
    except OSError as error:
        sys.exit(f"data_creation.py: cannot write the data: {error}")
    print(f"data_creation.py: {len(tables)} cities, {years} years, seed {seed}", file=sys.stderr)


if __name__ == "__main__":
    typer.run(main)
