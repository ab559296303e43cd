"""Each kind of noise is found when it is alone, for the reason the notebook gives, and can be repaired."""

from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lab5 import calibrate

YEARS = 250
Found = dict[str, dict[str, float]]


def failed(quality: ModuleType, line: Any, years: list[pd.DataFrame]) -> pd.DataFrame:
    """For years that differ in their maxima only: (years, checks), did the check fail; and did any, did every one."""
    x, y = years[0]["tmin"].to_numpy(), np.array([year["tmax"] for year in years])
    results = [check(x, y, line) for check in quality.CHECKS]
    table = pd.DataFrame({result.name: ~quality.healthy(result) for result in results})
    return table.assign(any=table.any(axis=1), every=table.all(axis=1))


@pytest.fixture(scope="module")
def found(process: Any, quality: ModuleType) -> Found:
    """Kind of noise (or all of them, or the repair of all) -> check or 'any' or 'every' -> share of the years."""
    rng, tables = np.random.default_rng(21), []
    for _ in range(YEARS):
        train, healthy = (process.healthy_year(*process.CITIES["riverton"], rng) for _ in range(2))
        line = calibrate.fit(quality, train["tmin"].to_numpy(), train["tmax"].to_numpy())
        noised = healthy
        for kind in process.KINDS:
            noised = process.spoil(noised, kind, rng)
        alone = [process.spoil(healthy, kind, rng) for kind in process.KINDS]
        repaired = process.repair(noised, process.diagnose(noised))
        tables.append(failed(quality, line, [*alone, noised]).assign(year=[*process.KINDS, "all"]))
        tables.append(failed(quality, line, [repaired]).assign(year="repaired"))
    shares = pd.concat(tables).groupby("year").mean()
    return {str(year): {str(check): float(share) for check, share in row.items()} for year, row in shares.iterrows()}


@pytest.mark.parametrize("kind", ["stuck", "fahrenheit", "heavy"])
def test_each_kind_of_noise_alone_is_found(kind: str, found: Found) -> None:
    assert found[kind]["any"] >= 0.99


def test_a_stuck_sensor_shows_in_the_autocorrelation(found: Found) -> None:
    assert found["stuck"]["autocorrelation"] >= 0.98


def test_a_wrong_unit_shows_in_every_check(found: Found) -> None:
    assert found["fahrenheit"]["every"] >= 0.99


def test_heavy_noise_shows_in_size_and_shape_but_not_from_day_to_day(found: Found) -> None:
    assert min(found["heavy"][check] for check in ("RMSE", "R2", "normality (p-value)", "variance (Bartlett)")) >= 0.99
    assert found["heavy"]["autocorrelation"] < 0.2


def test_all_three_together_fail_every_check(found: Found) -> None:
    assert found["all"]["every"] >= 0.99


def test_the_repaired_year_passes_whatever_the_seed(found: Found) -> None:
    assert found["repaired"]["any"] <= 0.03


def test_a_healthy_year_is_left_nearly_untouched(process: Any) -> None:
    rng = np.random.default_rng(22)
    kept = [
        len(process.repair(y, process.diagnose(y)))
        for y in (process.healthy_year(*process.CITIES["hillford"], rng) for _ in range(50))
    ]
    assert np.mean(kept) > 363
