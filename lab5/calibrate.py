"""Do the limits in the notebook's test_quality.py have the false-alarm rates they state? Healthy years tell."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

Array = NDArray[np.float64]

STATED = 0.001  # the false-alarm rate that the notebook states for one check
PROBED = 0.05  # the rate at which limits are probed: a rare event would need a long simulation
CHECKS = ("RMSE", "R2", "normality (p-value)", "autocorrelation", "variance (Bartlett)")


def load(path: Path) -> ModuleType:
    """The notebook's test_quality.py as a module."""
    spec = importlib.util.spec_from_file_location("notebook_test_quality", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fit(quality: ModuleType, x: Array, y: Array) -> Any:
    """Least squares for each row of y (..., days): the Line, with arrays (...,), that the checks take as reference."""
    spread = float(np.sum((x - x.mean()) ** 2))
    slope = np.asarray(y @ (x - x.mean()) / spread)
    intercept = y.mean(axis=-1) - slope * x.mean()
    residuals = y - np.multiply.outer(slope, x) - np.expand_dims(intercept, -1)
    sd = np.sqrt(np.sum(residuals**2, axis=-1) / (len(x) - 2))
    return quality.Line(slope, intercept, sd, len(x), float(x.mean()), spread)


def healthy(x: Array, years: int, rng: np.random.Generator) -> Array:
    """(years, days) maxima that obey a line; which one does not matter, the checks are relative to it."""
    return 8 + 1.1 * x + rng.normal(0, 2, (years, len(x)))


def alarms(quality: ModuleType, x_train: Array, x: Array, years: int, rng: np.random.Generator) -> dict[str, Array]:
    """Check -> (years,) of 0 and 1: a fresh training year and a fresh healthy year to check, each time."""
    line = fit(quality, x_train, healthy(x_train, years, rng))
    y = healthy(x, years, rng)
    results = [check(x, y, line) for check in quality.CHECKS]
    return {r.name: 1.0 - quality.healthy(r) for r in results}


def wrong_reference(quality: ModuleType, line: dict[str, float], train: Array) -> list[str]:
    """Entries of the saved line that least squares on train, (days, 2) of minimum and maximum, does not give."""
    measured = fit(quality, train[:, 0], train[:, 1])._asdict()
    return [
        f"model/line.json has {name} = {line.get(name)}, data/train.csv gives {value:.6g}"
        for name, value in measured.items()
        if not np.isclose(line.get(name, np.nan), value, rtol=1e-6)
    ]


def wrong_limits(quality: ModuleType, x_train: Array, x: Array, years: int, seed: int) -> list[str]:
    """Limits that healthy years cross too seldom (loosened) or far too often, while ALPHA is PROBED."""
    quality.ALPHA, kept = PROBED, quality.ALPHA  # type: ignore[attr-defined]
    rates = {n: float(a.mean()) for n, a in alarms(quality, x_train, x, years, np.random.default_rng(seed)).items()}
    quality.ALPHA = kept  # type: ignore[attr-defined]
    found = [] if kept == STATED else [f"ALPHA is {kept}, the notebook states {STATED}"]
    if set(rates) != set(CHECKS):
        found.append(f"the checks are {', '.join(sorted(rates))}; they must be {', '.join(sorted(CHECKS))}")
    slack = 4 * np.sqrt(PROBED * (1 - PROBED) / years)  # four standard errors: below that once in 30,000 by chance
    for name, rate in rates.items():
        if not PROBED - slack <= rate <= 1.5 * PROBED:
            word = "loose" if rate < PROBED else "strict"
            found.append(f"the limit of {name} is too {word}: {rate:.1%} of healthy years cross it, not {PROBED:.0%}")
    return found


def main(
    workdir: Annotated[Path, typer.Option(help="Folder in which execute.py ran the notebook.")],
    years: Annotated[int, typer.Option(min=100, help="Healthy years to simulate.")] = 4000,
    seed: Annotated[int, typer.Option(help="Of the simulation.")] = 1,
) -> None:
    """Exit with 1, and say which limit, unless every limit holds its rate."""
    try:
        quality = load(workdir / "test_quality.py")
        line = json.loads((workdir / "model" / "line.json").read_text())
        train = np.loadtxt(workdir / "data" / "train.csv", delimiter=",", skiprows=1, usecols=(1, 2))
        x = np.loadtxt(workdir / "data" / "lakeside.csv", delimiter=",", skiprows=1, usecols=1)
        found = wrong_reference(quality, line, train) + wrong_limits(quality, train[:, 0], x, years, seed)
    except (OSError, ValueError, AttributeError, ImportError) as error:
        found = [f"{type(error).__name__}: {error}"]
    for complaint in found:
        typer.echo(f"calibrate.py: quality.ipynb: {complaint}. Restore the limits of section 4", err=True)
    if found:
        sys.exit(1)
    typer.echo(f"lab5: each limit holds its false-alarm rate in {years} simulated healthy years", err=True)


if __name__ == "__main__":
    typer.run(main)
