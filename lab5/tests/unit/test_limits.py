"""The limits hold the false-alarm rates that the notebook states, and the faults are found as it says."""

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from nbformat import NotebookNode
from numpy.typing import NDArray
from scipy.signal import lfilter

from lab5.tests.support.notebook import module_of, written_file

Array = NDArray[np.float64]
YEARS = 2000
PROBED = 0.05  # the rate at which limits are probed: an event of 0.1 % would need a long simulation


@pytest.fixture(scope="module")
def process(notebook: NotebookNode) -> Any:
    """The notebook's functions that make and spoil a year."""
    names: dict[str, Any] = {"np": np, "pd": pd, "lfilter": lfilter}
    for cell in notebook.cells:
        if "process" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return SimpleNamespace(**names)


def healthy(x: Array, years: int, rng: np.random.Generator) -> Array:
    """(years, days) maxima of one year of minima."""
    return 8 + 1.1 * x + rng.normal(0, 2, (years, len(x)))


def fit(quality: ModuleType, x: Array, y: Array) -> Any:
    """Least squares for each row of y (years, days): a Line of arrays that broadcast against it."""
    slope = y @ (x - x.mean()) / np.sum((x - x.mean()) ** 2)
    intercept = y.mean(axis=-1) - slope * x.mean()
    errors = y - np.multiply.outer(slope, x) - intercept[:, None]
    sd = np.sqrt(np.sum(errors**2, axis=-1) / (len(x) - 2))
    return quality.Line(slope[:, None], intercept[:, None], sd, len(x))


def failures(quality: ModuleType, x: Array, y: Array, line: Any) -> dict[str, float]:
    """Check -> share of the years (years, days) that it fails."""
    results = [*quality.prediction(x, y, line), *quality.residuals(x, y, line)]
    return {result.name: 1.0 - float(result.passed().mean()) for result in results}


def wrong_limits(quality: ModuleType, process: Any, seed: int) -> list[str]:
    """Checks that healthy data fail more or less often than they should, with limits for a rate of PROBED."""
    rng = np.random.default_rng(seed)
    x_train, x = (
        process.healthy_year(*process.CITIES[city], rng)["tmin"].to_numpy() for city in ("riverton", "lakeside")
    )
    quality.ALPHA = PROBED  # type: ignore[attr-defined]
    line = fit(quality, x_train, healthy(x_train, YEARS, rng))
    rates = failures(quality, x, healthy(x, YEARS, rng), line)
    slack = 4 * np.sqrt(PROBED * (1 - PROBED) / YEARS)  # four standard errors: beyond once in 15,000 by chance
    highest = dict.fromkeys(rates, PROBED + slack) | {"R2": 2 * PROBED}  # stated as the least exact limit
    return [name for name, rate in rates.items() if not PROBED - slack <= rate <= highest[name]]


def test_healthy_data_fail_each_check_at_its_rate(quality: ModuleType, process: Any) -> None:
    assert quality.ALPHA == 0.001
    assert wrong_limits(quality, process, seed=1) == []


@pytest.mark.parametrize(
    ("limit", "check"),
    [("stats.f.isf(", "RMSE"), ("stats.norm.isf(", "autocorrelation"), ("stats.chi2.isf(", "variance (Bartlett)")],
)
def test_a_loosened_limit_is_noticed(
    notebook: NotebookNode, process: Any, tmp_path: Path, limit: str, check: str
) -> None:
    text = written_file(notebook)
    assert text.count(limit) == 1
    (tmp_path / "loosened.py").write_text(text.replace(limit, f"1.1 * {limit}"))
    assert check in wrong_limits(module_of(tmp_path / "loosened.py"), process, seed=1)


def found(quality: ModuleType, process: Any, spoil: Any, count: int = 100) -> dict[str, float]:
    """Check -> share of the years in which it finds what `spoil` does to a year."""
    rng = np.random.default_rng(3)
    train, base = (process.healthy_year(*process.CITIES["riverton"], rng) for _ in range(2))
    x_train, x = train["tmin"].to_numpy(), base["tmin"].to_numpy()
    line = fit(quality, x_train, healthy(x_train, count, rng))
    years = [spoil(base.assign(tmax=y), rng)["tmax"] for y in healthy(x, count, rng)]
    return failures(quality, x, np.array(years), line)


@pytest.mark.parametrize("kind", ["stuck", "fahrenheit", "heavy"])
def test_each_fault_alone_is_found_by_both_functions(quality: ModuleType, process: Any, kind: str) -> None:
    shares = found(quality, process, lambda year, rng: process.spoil(year, kind, rng))
    assert min(shares["RMSE"], shares["R2"], shares["variance (Bartlett)"]) >= 0.99
    if kind == "heavy":
        assert shares["autocorrelation"] < 0.2
    else:
        assert shares["autocorrelation"] >= 0.98


def test_the_residuals_find_a_fault_that_rmse_often_misses(quality: ModuleType, process: Any) -> None:
    """A month of noise of 4 °C: about 40 % and more than 90 %, as the notebook says."""

    def month(year: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        noise = np.zeros(len(year))
        noise[245:275] = rng.normal(0, 4, 30)
        return year.assign(tmax=year["tmax"] + noise)

    shares = found(quality, process, month, 200)
    assert 0.25 <= shares["RMSE"] <= 0.55
    assert shares["variance (Bartlett)"] >= 0.88
