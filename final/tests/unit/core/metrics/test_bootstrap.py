"""The bootstrap: how often its intervals cover the truth, and how often its comparison promotes by chance."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from core.metrics.bootstrap import Interval, counts, intervals, paired_confidence, resamples
from core.metrics.metrics import value
from core.spec.metric_names import MetricName

CHANCE = 0.9999  # how often a simulation of a right implementation stays within its tolerance; the seeds are fixed


def draws(rows: int, resamples: int) -> list[np.ndarray]:
    """The rows of each resample, as the seed 0 draws them."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, rows, rows) for _ in range(resamples)]


@pytest.mark.parametrize(("rows", "times"), [(30, 1000), (40_000, 5)])  # one call of numpy, or several
def test_a_resample_draws_as_many_rows_with_replacement(rows: int, times: int) -> None:
    drawn = list(counts(rows, times))
    assert len(drawn) == times
    for weights, places in zip(drawn, draws(rows, times), strict=True):
        assert weights.tolist() == np.bincount(places, minlength=rows).tolist()
    assert [w.tolist() for w in counts(rows, 5, seed=1)] != [w.tolist() for w in counts(rows, 5)]


@pytest.mark.parametrize(
    ("rows", "most", "times"),
    [(0, 1000, 1000), (1, 1000, 1000), (40, 230, 230), (240_000, 1000, 208), (260_000, 5, 5), (10**9, 1000, 200)],
)
def test_large_tables_get_fewer_resamples(rows: int, most: int, times: int) -> None:
    assert resamples(rows, most) == times


def test_an_interval_is_the_percentiles_of_the_metric_on_resampled_rows() -> None:
    rng = np.random.default_rng(3)
    target = rng.normal(size=25)
    scores = target + rng.normal(size=25)
    measured = intervals(["mae", "rmse"], target, scores)
    names: tuple[MetricName, ...] = ("mae", "rmse")
    for name in names:
        resampled = [value(name, target[rows], scores[rows]) for rows in draws(25, 1000)]
        low, high = np.percentile(resampled, [2.5, 97.5])
        assert measured[name].value == pytest.approx(value(name, target, scores))
        assert (measured[name].low, measured[name].high) == pytest.approx((low, high))


def test_resamples_without_a_class_do_not_count() -> None:
    """With one positive row in twenty, a third of the resamples have no ROC curve."""
    target = np.array([1] + [0] * 19)
    assert intervals(["roc_auc"], target, np.linspace(1, 0, 20)) == {"roc_auc": Interval(1.0, 1.0, 1.0)}


def test_in_a_simulation_the_interval_covers_the_truth_as_often_as_it_claims() -> None:
    """Accuracy of a model that is right in 80 % of all rows, measured on 150 rows, 60 times over."""
    repetitions, covered = 60, 0
    rng = np.random.default_rng(0)
    for _ in range(repetitions):
        target = (rng.random(150) < 0.8).astype(int)
        interval = intervals(["accuracy"], target, np.ones(150))["accuracy"]
        covered += interval.low <= 0.8 <= interval.high
    low, high = binom.interval(CHANCE, repetitions, 0.95)
    assert low <= covered <= high


def noisy_values(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    target = rng.normal(size=rows)
    return target, target + rng.normal(size=rows), target + rng.normal(size=rows)


def noisy_chances(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    target = rng.integers(0, 2, rows)
    raw = rng.normal(target, 1, (2, rows))
    return target, *(1 / (1 + np.exp(0.5 - raw)))


@pytest.mark.parametrize(
    ("name", "data", "repetitions"),
    [("rmse", noisy_values, 150), ("log_loss", noisy_chances, 80), ("roc_auc", noisy_chances, 60)],
)
def test_in_a_simulation_a_model_that_is_no_better_is_promoted_as_rarely_as_declared(
    name: MetricName,
    data: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]],
    repetitions: int,
) -> None:
    """At the confidence of 0.9 one in ten of the models that are no better is promoted: 1 - 0.9."""
    rng, confidence = np.random.default_rng(1), 0.9
    promoted = sum(paired_confidence(name, *data(rng, 100), 200) >= confidence for _ in range(repetitions))
    low, high = binom.interval(CHANCE, repetitions, 1 - confidence)
    assert low <= promoted <= high


def test_the_confidence_is_the_share_of_resamples_won_and_half_of_those_tied() -> None:
    target = np.array([1, 1, 1, 0, 0, 0, 1, 0])
    old, new = np.array([1, 0, 1, 0, 1, 0, 1, 0.0]), np.array([0, 1, 1, 0, 0, 0, 0, 0.0])
    wins = [value("accuracy", target[d], new[d]) - value("accuracy", target[d], old[d]) for d in draws(8, 300)]
    share = np.mean([0.5 if abs(win) < 1e-12 else float(win > 0) for win in wins])
    assert 0.1 < share < 0.9
    assert paired_confidence("accuracy", target, new, old, 300) == pytest.approx(share)
    assert paired_confidence("accuracy", target, old, new, 300) == pytest.approx(1 - share)
    assert paired_confidence("accuracy", target, old, old, 300) == 0.5


def test_a_clearly_better_model_is_surely_better() -> None:
    target = np.random.default_rng(0).normal(size=200)
    close, far = target + 0.1, target + 1.0
    assert paired_confidence("rmse", target, close, far, 200) == 1
    assert paired_confidence("rmse", target, far, close, 200) == 0
