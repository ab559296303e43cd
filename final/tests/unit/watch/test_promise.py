"""The promise of the hold-out, and what is expected of rows without labels."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from core.spec.watch import Watch
from watch.promise import Promise, falling, shrunk_means


def binary(rows: int, seed: int, hard: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated probabilities and outcomes; of the share `hard` the probabilities are near one half."""
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.5, 0.5, rows)
    scores = np.where(rng.random(rows) < hard, rng.uniform(0.4, 0.6, rows), scores)
    return scores, (rng.random(rows) < scores).astype(int)


def test_the_estimate_without_labels_holds_the_truth() -> None:
    promise = Promise("binary", *binary(2000, 0))
    for seed, hard in ((1, 0.0), (2, 0.5), (3, 1.0)):
        scores, target = binary(3000, seed, hard)
        estimate, truth = promise.estimated(scores), promise.realised(scores, target)
        assert estimate.low <= truth.value <= estimate.high
    assert estimate.high < promise.allowed  # what became hard is below what is allowed


def test_several_classes_are_estimated_by_their_confidence() -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet([0.3, 0.3, 0.3], 2000)
    target = np.array([rng.choice(3, p=row) for row in scores])
    promise = Promise("multiclass", scores[:1000], target[:1000])
    estimate = promise.estimated(scores[1000:])
    assert estimate.low <= promise.realised(scores[1000:], target[1000:]).value <= estimate.high


def test_errors_of_a_regression_are_those_of_similar_predictions() -> None:
    rng = np.random.default_rng(0)
    target = rng.uniform(0, 10, 4000)
    scores = target + rng.normal(0, 0.1 + 0.2 * target)
    promise = Promise("regression", scores[:2000], target[:2000])
    large = scores[2000:] > 7
    estimate = promise.estimated(scores[2000:][large])
    truth = promise.realised(scores[2000:][large], target[2000:][large])
    assert estimate.low <= truth.value <= estimate.high
    assert estimate.low > promise.holdout.high


def test_groups_that_differ_by_luck_alone_are_expected_to_be_alike() -> None:
    losses, group = np.random.default_rng(0).exponential(0.2, 300), np.arange(300) % 10
    means = np.array([losses[group == number].mean() for number in range(10)])
    shrunk = shrunk_means(losses, group, 10)
    assert np.ptp(shrunk) < 0.5 * np.ptp(means)
    assert shrunk.mean() == pytest.approx(losses.mean())


def test_groups_that_differ_keep_their_means() -> None:
    group = np.arange(300) % 10
    losses = 0.05 * group + np.random.default_rng(0).exponential(0.05, 300)
    means = [losses[group == number].mean() for number in range(10)]
    assert shrunk_means(losses, group, 10) == pytest.approx(means, abs=0.01)


@pytest.mark.parametrize(("losses", "groups"), [([0.2, 0.2, 0.2], 3), ([0.1, 0.4], 1)])
def test_without_differences_or_groups_the_mean_of_all_rows_is_expected(losses: list[float], groups: int) -> None:
    values = np.array(losses)
    assert shrunk_means(values, np.arange(len(values)) % groups, groups) == pytest.approx([values.mean()] * groups)


def test_the_loss_by_confidence_is_scikit_learns_isotonic_regression() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 300).round(2)  # with ties
    losses = (rng.random(300) > confidence).astype(float)
    reference = IsotonicRegression(increasing=False, out_of_bounds="clip").fit(confidence, losses)
    asked = np.linspace(0.3, 1.1, 200)
    np.testing.assert_allclose(falling(confidence, losses)(asked), reference.predict(asked), atol=1e-12)


@pytest.mark.parametrize(("watch", "allowed"), [(Watch(floor=0.6), 0.6), (Watch(tolerance=0.2), None), (Watch(), None)])
def test_a_limit_is_declared_or_follows_from_the_holdout(watch: Watch, allowed: float | None) -> None:
    promise = Promise("binary", *binary(500, 0), watch)
    assert promise.allowed == pytest.approx(allowed or promise.holdout.low - watch.tolerance)
    assert promise.allowed_loss == pytest.approx(1 - promise.allowed)


def test_the_limit_of_a_regression_is_in_its_unit() -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(size=500)
    scores = target + rng.normal(size=500)
    assert Promise("regression", scores, target, Watch(ceiling=1.5)).allowed == 1.5
    promise = Promise("regression", scores, target)
    assert promise.allowed == pytest.approx(promise.holdout.high * 1.05)
    assert 0 < promise.allowed_loss < 1
