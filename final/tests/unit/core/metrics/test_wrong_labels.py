"""Planted label noise is found, and the counts are those of the paper's definition."""

import numpy as np
import pytest

from core.metrics.wrong_labels import suspects


def test_the_counts_follow_the_definition() -> None:
    """Thresholds: (0.9 + 0.6 + 0.3) / 3 = 0.6 of class 0, and (0.8 + 0.2) / 2 = 0.5 of class 1."""
    target = np.array([0, 0, 0, 1, 1])
    positive = np.array([0.1, 0.4, 0.7, 0.8, 0.2])
    doubted = suspects(target, positive)
    # confident: 0 as 0 (rows 0 and 1), 0 as 1 (row 2), 1 as 1 (row 3), 1 as 0 (row 4)
    assert doubted.places.tolist() == [4, 2]  # margins 0.2 - 0.8 and 0.3 - 0.7
    assert doubted.likely.tolist() == [0, 1]
    assert doubted.estimate == pytest.approx(3 * (1 / 3) + 2 * (1 / 2))


def test_rows_below_every_threshold_are_not_counted() -> None:
    target = np.array([0, 0, 1, 1, 2, 2])
    scores = np.array([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1], [0.1, 0.9, 0], [0.34, 0.33, 0.33], [0, 0, 1], [0.1, 0.9, 0]])
    doubted = suspects(target, scores)
    assert doubted.places.tolist() == [5]
    assert doubted.likely.tolist() == [1]
    assert doubted.estimate == pytest.approx(1)  # of class 2, half of the confident rows: one of its two


def test_a_class_without_rows_is_never_likely() -> None:
    doubted = suspects(np.array([0, 0, 1]), np.array([[0.1, 0.1, 0.8], [0.9, 0.1, 0], [0, 1, 0]]))
    assert len(doubted.places) == 0
    assert doubted.estimate == 0


def test_of_two_confident_classes_the_likelier_counts() -> None:
    """Both thresholds are 0.45; the third row reaches both."""
    doubted = suspects(np.array([0, 0, 1, 1]), np.array([0.6, 0.5, 0.55, 0.35]))
    assert doubted.places.tolist() == [3, 0]


def test_a_class_of_one_row_has_its_threshold() -> None:
    """0.6, which the first row reaches and the fourth does not; that of the other class is 0.5875."""
    target = np.array([0, 0, 0, 0, 1])
    doubted = suspects(target, np.array([0.7, 0.4, 0.1, 0.45, 0.6]))
    assert doubted.places.tolist() == [0]
    assert doubted.estimate == pytest.approx(4 / 3)


def test_the_only_row_of_a_class_may_be_wrong() -> None:
    doubted = suspects(np.array([0, 0, 1]), np.array([0.4, 0.4, 0.4]))
    assert doubted.places.tolist() == [2]
    assert doubted.estimate == 1


@pytest.mark.parametrize("seed", range(5))
def test_planted_noise_of_one_in_twenty_is_found(seed: int) -> None:
    """Unseen probabilities of a linear discriminant in folds; at least 0.8 of the first 50 suspects were planted."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, 2000)
    features = rng.normal(size=(2000, 4)) + 4 * np.eye(4)[truth]
    planted = rng.choice(2000, 100, replace=False)
    given = truth.copy()
    given[planted] = (truth[planted] + rng.integers(1, 3, 100)) % 3
    scores = cross_val_predict(LogisticRegression(), features, given, method="predict_proba")
    doubted = suspects(given, scores)
    assert np.isin(doubted.places[:50], planted).mean() >= 0.8
    assert 60 <= doubted.estimate <= 160
