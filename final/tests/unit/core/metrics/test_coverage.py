"""Coverage of a hold-out and of its groups, and how low it may be by luck."""

import math

import numpy as np
import pytest
from scipy.stats import betabinom

from core.metrics.coverage import LEVEL, coverage, least


def test_figures_of_the_whole_and_of_groups() -> None:
    held = np.array([True] * 8 + [False] * 2)
    groups = {"sex": ["f", "m"] * 5, "place": [None] * 5 + [7] * 5}
    figures = coverage(0.9, 99, held, np.array([1, 2] * 5), groups, {"sex": {"f": 60}})
    assert (figures["promised"], figures["rows"], figures["covered"], figures["size"]) == (0.9, 10, 0.8, 1.5)
    assert figures["least"] == least(0.9, 99, 10, promises=2)
    assert least(0.9, 99, 300, promises=2) < least(0.9, 99, 300)
    promised = [(part["value"], part["least"]) for part in figures["slices"] if "least" in part]
    assert promised == [("f", least(0.9, 60, 5, promises=2))], "only where a promise is made"
    # Clopper and Pearson's interval of 8 in 10
    assert (figures["low"], figures["high"]) == (pytest.approx(0.4439, abs=1e-4), pytest.approx(0.9748, abs=1e-4))
    shares = {(part["column"], part["value"]): (part["rows"], part["covered"]) for part in figures["slices"]}
    assert shares == {
        ("place", "7"): (5, 0.6),
        ("place", "missing"): (5, 1.0),
        ("sex", "f"): (5, 0.8),
        ("sex", "m"): (5, 0.8),
    }


def test_the_more_promises_there_are_the_more_luck_each_is_allowed() -> None:
    """The whole and three groups of two columns; so many rows that each number of promises has another limit."""
    held, groups = np.arange(3000) % 10 > 0, {"sex": ["f", "m"] * 1500, "place": ["here"] * 1500 + ["there"] * 1500}
    calibrated = {"sex": {"f": 500, "m": 600}, "place": {"there": 400}}
    figures = coverage(0.9, 999, held, np.ones(3000), groups, calibrated)
    assert figures["least"] == least(0.9, 999, 3000, promises=4)
    assert len({least(0.9, 999, 3000, promises) for promises in range(1, 8)}) == 7
    assert least(0.9, 999, 3000, promises=4) == betabinom.ppf(LEVEL / 4, 3000, 900, 100) / 3000
    assert {part["value"]: part.get("least") for part in figures["slices"]} == {
        "here": None,
        "there": least(0.9, 400, 1500, promises=4),
        "f": least(0.9, 500, 1500, promises=4),
        "m": least(0.9, 600, 1500, promises=4),
    }


@pytest.mark.parametrize(("calibrated", "rows"), [(703, 188), (100, 100), (20, 400)])
@pytest.mark.parametrize("promised", [0.8, 0.95])
def test_in_a_simulation_a_kept_promise_is_seldom_judged_broken(calibrated: int, rows: int, promised: float) -> None:
    """About one time in 1,000: distances of all rows are alike, the limit is the one of conformal prediction."""
    rng, times = np.random.default_rng(0), 10_000
    place = math.ceil((calibrated + 1) * promised) - 1
    limits = np.concatenate(
        [np.partition(rng.random((1000, calibrated)), place, axis=1)[:, place] for _ in range(times // 1000)]
    )
    shares = rng.binomial(rows, limits) / rows
    lowest = least(promised, calibrated, rows)
    assert (shares < lowest).sum() <= 10 + 4 * 10**0.5
    assert (shares < lowest + 0.05).mean() > LEVEL, "a broken promise is judged broken"


def test_a_limit_of_few_rows_allows_more_luck() -> None:
    assert least(0.9, 100, 100) < least(0.9, 10_000, 100) < 0.9
    assert least(0.9, 703, 188) == pytest.approx(0.8138, abs=1e-4)


def test_it_is_a_quantile_of_the_beta_binomial() -> None:
    """Of 20 rows the 19th is the limit, so that two of 21 places are above it."""
    assert least(0.9, 20, 400) == betabinom.ppf(LEVEL, 400, 19, 2) / 400
