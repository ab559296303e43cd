"""Efron's bootstrap (1979) over rows: how much a metric would vary on other rows of the same kind."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.metrics.metrics import METRICS, gain
from core.spec.metric_names import MetricName

FEWEST, MOST = 200, 1000  # resamples at least and at most
WORK = 50_000_000  # draws in all, which bounds the time


@dataclass(frozen=True)
class Interval:
    """A metric with its 95 % percentile bootstrap interval over the rows of the hold-out."""

    value: float
    low: float
    high: float


def counts(rows: int, most: int = MOST, seed: int = 0) -> Iterator[np.ndarray]:
    """Resamples of n rows with replacement: how often each row was drawn, shape (n,). Fewer resamples if n is large."""
    rng = np.random.default_rng(seed)
    for _ in range(min(most, max(FEWEST, WORK // max(rows, 1)))):
        yield np.bincount(rng.integers(0, rows, rows), minlength=rows).astype(float)


def intervals(names: list[MetricName], target: np.ndarray, scores: np.ndarray) -> dict[str, Interval]:
    """Each metric with its interval, 2.5 % of the resamples cut from either end; all metrics on the same resamples."""
    prepared = {name: METRICS[name](target, scores) for name in names}
    drawn = np.array([[metric(weights) for metric in prepared.values()] for weights in counts(len(target))])
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
    ones = np.ones(len(target))
    return {
        name: Interval(metric(ones), float(low[i]), float(high[i])) for i, (name, metric) in enumerate(prepared.items())
    }


def paired_confidence(
    name: MetricName, target: np.ndarray, new: np.ndarray, old: np.ndarray, most: int, margin: float = 0
) -> float:
    """Share of resamples in which `new` is better than `old` on the same rows, or worse by less than the margin.

    Ties count half.
    """
    after = METRICS[name](target, new)
    before = METRICS[name](target, old)
    gains = np.array([gain(name, after(weights), before(weights)) + margin for weights in counts(len(target), most)])
    return float(np.mean(gains > 0) + np.mean(gains == 0) / 2)
