"""Efron's bootstrap (1979) over rows: how much a metric would vary on other rows of the same kind."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.metrics.metrics import METRICS, gain
from core.metrics.weights import Weights, or_ones, scaled
from core.spec.metric_names import MetricName

FEWEST, MOST = 200, 1000  # resamples at least and at most
WORK = 50_000_000  # draws in all, which bounds the time
AT_ONCE = 100_000  # draws at a time: one call of numpy for many resamples of few rows


@dataclass(frozen=True)
class Interval:
    """A metric with its 95 % percentile bootstrap interval over the rows of the hold-out."""

    value: float
    low: float
    high: float


def resamples(rows: int, most: int = MOST) -> int:
    """How many are drawn: fewer of a large table."""
    return min(most, max(FEWEST, WORK // max(rows, 1)))


def counts(rows: int, most: int = MOST, seed: int = 0, weights: Weights = None) -> Iterator[np.ndarray]:
    """Resamples of n rows with replacement: how often each row was drawn, times its weight, shape (n,)."""
    rng = np.random.default_rng(seed)
    weights = scaled(weights)
    times = resamples(rows, most)
    at_once = max(1, AT_ONCE // max(rows, 1))
    for first in range(0, times, at_once):
        count = min(at_once, times - first)
        cells = rng.integers(0, rows, (count, rows)) + rows * np.arange(count)[:, None]
        drawn = np.bincount(cells.ravel(), minlength=count * rows).reshape(count, rows).astype(float)
        yield from drawn if weights is None else drawn * weights


def intervals(
    names: list[MetricName], target: np.ndarray, scores: np.ndarray, weights: Weights = None
) -> dict[str, Interval]:
    """Each metric with its interval, 2.5 % of the resamples cut from either end; all metrics on the same resamples."""
    prepared = {name: METRICS[name](target, scores) for name in names}
    drawn = np.array(
        [[metric(resample) for metric in prepared.values()] for resample in counts(len(target), weights=weights)]
    )
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
    counted = or_ones(weights, len(target))
    return {
        name: Interval(metric(counted), float(low[i]), float(high[i]))
        for i, (name, metric) in enumerate(prepared.items())
    }


def paired_confidence(
    name: MetricName,
    target: np.ndarray,
    new: np.ndarray,
    old: np.ndarray,
    most: int,
    margin: float = 0,
    weights: Weights = None,
) -> float:
    """Share of resamples in which `new` is better than `old` on the same rows, or worse by less than the margin.

    Ties count half.
    """
    after = METRICS[name](target, new)
    before = METRICS[name](target, old)
    drawn = counts(len(target), most, weights=weights)
    gains = np.array([gain(name, after(resample), before(resample)) + margin for resample in drawn])
    return float(np.mean(gains > 0) + np.mean(gains == 0) / 2)
