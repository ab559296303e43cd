"""Efron's bootstrap (1979) over rows: how much a metric would vary on other rows of the same kind."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.metrics.metrics import METRICS, gain
from core.metrics.weights import Weights, or_ones, scaled
from core.spec.metric_names import MetricName

FEWEST, MOST = 200, 1000  # resamples at least and at most
WORK = 50_000_000  # draws in all, which bounds the time


@dataclass(frozen=True)
class Interval:
    """A metric with its 95 % percentile bootstrap interval over the rows of the hold-out."""

    value: float
    low: float
    high: float


def counts(rows: int, most: int = MOST, seed: int = 0, weights: Weights = None) -> Iterator[np.ndarray]:
    """Resamples of n rows with replacement: how often each row was drawn, times its weight, shape (n,).

    Fewer resamples if n is large.
    """
    rng = np.random.default_rng(seed)
    weights = scaled(weights)
    for _ in range(min(most, max(FEWEST, WORK // max(rows, 1)))):
        drawn = np.bincount(rng.integers(0, rows, rows), minlength=rows).astype(float)
        yield drawn if weights is None else drawn * weights


def intervals(
    names: list[MetricName], target: np.ndarray, scores: np.ndarray, weights: Weights = None
) -> dict[str, Interval]:
    """Each metric with its interval, 2.5 % of the resamples cut from either end; all metrics on the same resamples."""
    prepared = {name: METRICS[name](target, scores) for name in names}
    resamples = counts(len(target), weights=weights)
    drawn = np.array([[metric(resample) for metric in prepared.values()] for resample in resamples])
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
    resamples = counts(len(target), most, weights=weights)
    gains = np.array([gain(name, after(resample), before(resample)) + margin for resample in resamples])
    return float(np.mean(gains > 0) + np.mean(gains == 0) / 2)
