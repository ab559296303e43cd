"""Coverage of a hold-out and of its groups, and how low it may be by luck."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from core.metrics.coverage import LEVEL, coverage, least


def test_figures_of_the_whole_and_of_groups() -> None:
    held = np.array([True] * 8 + [False] * 2)
    groups = pd.DataFrame({"sex": ["f", "m"] * 5, "place": [None] * 5 + ["here"] * 5})
    figures = coverage(0.9, held, np.array([1, 2] * 5), groups)
    assert (figures["promised"], figures["rows"], figures["covered"], figures["size"]) == (0.9, 10, 0.8, 1.5)
    # Clopper and Pearson's interval of 8 in 10
    assert (figures["low"], figures["high"]) == (pytest.approx(0.4439, abs=1e-4), pytest.approx(0.9748, abs=1e-4))
    shares = {(part["column"], part["value"]): (part["rows"], part["covered"]) for part in figures["slices"]}
    assert shares == {
        ("place", "here"): (5, 0.6),
        ("place", "missing"): (5, 1.0),
        ("sex", "f"): (5, 0.8),
        ("sex", "m"): (5, 0.8),
    }


@pytest.mark.parametrize("rows", [10, 188, 5000])
@pytest.mark.parametrize("promised", [0.8, 0.9, 0.99])
def test_a_kept_promise_is_seldom_judged_broken(rows: int, promised: float) -> None:
    limit = round(least(promised, rows) * rows)
    assert binom.cdf(limit - 1, rows, promised) <= LEVEL
    assert binom.cdf(limit, rows, promised) > LEVEL
