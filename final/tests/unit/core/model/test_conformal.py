"""Sets and intervals by their definition, and by simulation as often right as promised."""

import math
from pathlib import Path

import numpy as np
import pytest

from core.base.errors import UserError
from core.model.conformal import FILE, Guarantee
from core.spec.target import Target
from tests.support.small_products import TARGETS

TARGET = {task: Target.model_validate(keys) for task, keys in TARGETS.items()}


def test_the_limit_is_the_rank_of_the_definition() -> None:
    """ceil((19 + 1) x 0.9) = 18: the 18th of 19 distances."""
    actual = np.arange(19.0)
    guarantee = Guarantee.of(0.9, TARGET["regression"], actual, np.zeros(19))
    assert guarantee == Guarantee(0.9, 19, 17.0)
    assert guarantee.intervals(np.array([1.0, 2.0])).tolist() == [[-16.0, 18.0], [-15.0, 19.0]]
    assert guarantee.sizes(TARGET["regression"], np.zeros(2)).tolist() == [34.0, 34.0]


def test_too_few_rows_promise_nothing() -> None:
    assert Guarantee.of(0.9, TARGET["regression"], np.zeros(9), np.zeros(9)).rows == 9
    with pytest.raises(UserError, match=r"coverage 0\.9 of product\.yaml takes 9 rows .*, there are 8"):
        Guarantee.of(0.9, TARGET["regression"], np.zeros(8), np.zeros(8))


def test_a_set_has_the_likely_classes_and_always_the_likeliest() -> None:
    scores = np.array([[0.7, 0.2, 0.1], [0.4, 0.35, 0.25], [0.34, 0.33, 0.33]])
    assert Guarantee(0.9, 99, 0.7).sets(scores).tolist() == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
    assert Guarantee(0.9, 99, 0.1).sets(scores).sum(axis=1).tolist() == [1, 1, 1]
    assert Guarantee(0.9, 99, 0.6).sets(np.array([0.9, 0.55, 0.3])).tolist() == [
        [False, True],
        [True, True],
        [True, False],
    ]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("coverage", [0.8, 0.95])
def test_in_a_simulation_the_truth_is_held_as_often_as_promised(task: str, coverage: float) -> None:
    """Of a model that is overconfident, on average over 60 draws of 200 rows to learn from and 500 to test on."""
    rng, shares = np.random.default_rng(0), []
    for _ in range(60):
        signal = rng.normal(size=700)
        if task == "regression":
            actual, scores = signal + rng.normal(size=700), signal
        elif task == "binary":
            actual = (signal + rng.normal(size=700) > 0).astype(int)
            scores = 1 / (1 + np.exp(-6 * signal))
        else:
            logits = rng.normal(size=(700, 3))
            actual = (logits + rng.gumbel(size=(700, 3))).argmax(axis=1)
            scores = np.exp(3 * logits) / np.exp(3 * logits).sum(axis=1, keepdims=True)
        guarantee = Guarantee.of(coverage, TARGET[task], actual[:200], scores[:200])
        shares.append(guarantee.holds(TARGET[task], actual[200:], scores[200:]).mean())
    assert abs(np.mean(shares) - coverage) < 0.02


def test_it_is_kept_with_the_model(tmp_path: Path) -> None:
    assert Guarantee.load(tmp_path) is None
    Guarantee(0.9, 703, 0.647976005).save(tmp_path)
    assert Guarantee.load(tmp_path) == Guarantee(0.9, 703, 0.647976005)
    assert (tmp_path / FILE).stat().st_size < 200
    assert math.isclose(Guarantee.of(0.9, TARGET["regression"], np.ones(9) / 3, np.zeros(9)).limit, 1 / 3, abs_tol=1e-9)
