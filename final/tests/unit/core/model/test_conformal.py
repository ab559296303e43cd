"""Sets and intervals by their definition, and by simulation as often right as promised."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.base.errors import UserError
from core.model.conformal import FILE, Guarantee, Limit, holds, intervals, sets, sizes
from core.model.spread import Spread, learned
from core.spec.target import Target
from tests.support.small_products import TARGETS

TARGET = {task: Target.model_validate(keys) for task, keys in TARGETS.items()}


def test_the_limit_is_the_rank_of_the_definition() -> None:
    """ceil((19 + 1) x 0.9) = 18: the 18th of 19 distances."""
    actual = np.arange(19.0)
    guarantee = Guarantee.of(0.9, TARGET["regression"], actual, np.zeros(19))
    assert guarantee == Guarantee(0.9, 19, 17.0)
    limits = guarantee.limits({}, np.zeros(2))
    assert intervals(np.array([1.0, 2.0]), limits).tolist() == [[-16.0, 18.0], [-15.0, 19.0]]
    assert sizes(TARGET["regression"], np.zeros(2), limits).tolist() == [34.0, 34.0]


def test_too_few_rows_promise_nothing() -> None:
    assert Guarantee.of(0.9, TARGET["regression"], np.zeros(9), np.zeros(9)).rows == 9
    with pytest.raises(UserError, match=r"coverage 0\.9 of product\.yaml takes 9 rows .*, there are 8"):
        Guarantee.of(0.9, TARGET["regression"], np.zeros(8), np.zeros(8))


def test_a_set_has_the_likely_classes_and_always_the_likeliest() -> None:
    scores = np.array([[0.7, 0.2, 0.1], [0.4, 0.35, 0.25], [0.34, 0.33, 0.33]])
    assert sets(scores, np.full(3, 0.7)).tolist() == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
    assert sets(scores, np.full(3, 0.1)).sum(axis=1).tolist() == [1, 1, 1]
    assert sets(np.array([0.9, 0.55, 0.3]), np.full(3, 0.6)).tolist() == [
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
        limits = guarantee.limits({}, scores[200:])
        shares.append(holds(TARGET[task], actual[200:], scores[200:], limits).mean())
    assert abs(np.mean(shares) - coverage) < 0.02


def test_it_is_kept_with_the_model(tmp_path: Path) -> None:
    assert Guarantee.load(tmp_path) is None
    kept = Guarantee(0.9, 703, 0.647976005, {"sex": {"": Limit(50, 0.5)}}, Spread([0.0, 1.0], [1.0, 2.0]))
    kept.save(tmp_path)
    assert Guarantee.load(tmp_path) == kept
    Guarantee(0.9, 703, 0.647976005).save(tmp_path)
    assert Guarantee.load(tmp_path) == Guarantee(0.9, 703, 0.647976005)
    assert (tmp_path / FILE).stat().st_size < 200
    assert math.isclose(Guarantee.of(0.9, TARGET["regression"], np.ones(9) / 3, np.zeros(9)).limit, 1 / 3, abs_tol=1e-9)


def test_a_group_with_enough_rows_has_a_limit_of_its_own_and_a_row_takes_the_widest() -> None:
    city = ["a"] * 60 + ["b"] * 60 + ["c"] * 49
    actual = np.array([1.0] * 60 + [3.0] * 60 + [9.0] * 49)
    kind = ["x"] * 169
    guarantee = Guarantee.of(0.9, TARGET["regression"], actual, np.zeros(169), {"city": city, "kind": kind})
    assert guarantee.groups["city"] == {"a": Limit(60, 1.0), "b": Limit(60, 3.0)}
    assert guarantee.limit == 9.0
    alone = Guarantee(guarantee.coverage, 169, 9.0, {"city": guarantee.groups["city"]})
    rows = ["b", "a", "c", "new"]
    assert alone.limits({"city": rows}, np.zeros(4)).tolist() == [3.0, 1.0, 9.0, 9.0]
    coded = pd.Categorical(np.array(rows, dtype=object))
    assert alone.limits({"city": coded}, np.zeros(4)).tolist() == [3.0, 1.0, 9.0, 9.0]
    other = Guarantee(0.9, 169, 9.0, {**alone.groups, "kind": {"x": Limit(169, 2.0)}})
    assert other.limits({"city": rows, "kind": ["x"] * 4}, np.zeros(4)).tolist() == [3.0, 2.0, 9.0, 9.0]


def test_in_a_simulation_each_group_has_its_coverage() -> None:
    """A group of a fifth of the rows is three times as uncertain: without a limit of its own it has 0.6 of 0.9."""
    rng = np.random.default_rng(0)
    shares: list[list[float]] = []
    without: list[list[float]] = []
    for _ in range(60):
        city = np.where(rng.random(1500) < 0.2, "far", "near")
        scores = rng.normal(size=1500)
        actual = scores + rng.normal(size=1500) * np.where(city == "far", 3, 1)
        for groups, kept in (({"city": city[:500]}, shares), ({}, without)):
            guarantee = Guarantee.of(0.9, TARGET["regression"], actual[:500], scores[:500], groups)
            limits = guarantee.limits({"city": city[500:]}, scores[500:])
            held = holds(TARGET["regression"], actual[500:], scores[500:], limits)
            kept.append([held[city[500:] == name].mean() for name in ("near", "far")])
    assert np.abs(np.mean(shares, axis=0) - 0.9).max() < 0.015
    assert np.mean(without, axis=0)[1] < 0.75


def test_an_interval_is_wide_where_the_answers_are_usually_far_from_the_truth() -> None:
    """Prices of 100 are known to 1, those of 1,000 to 10: so the interval of a price follows it."""
    rng, shares = np.random.default_rng(0), []
    for _ in range(40):
        scores = rng.uniform(100, 1000, 3000)
        actual = scores + rng.normal(size=3000) * scores / 100
        guarantee = Guarantee.of(0.9, TARGET["regression"], actual[:1000], scores[:1000])
        assert guarantee.spread is not None
        limits = guarantee.limits({}, scores[1000:])
        held = holds(TARGET["regression"], actual[1000:], scores[1000:], limits)
        shares.append([held[scores[1000:] < 300].mean(), held.mean(), held[scores[1000:] > 800].mean()])
    assert np.abs(np.mean(shares, axis=0) - 0.9).max() < 0.03
    assert limits.min() < limits.max() / 4


def test_where_the_spread_is_the_same_everywhere_none_is_learnt() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=2000)
    assert learned(scores, np.abs(rng.normal(size=2000)), 0.9) is None
    assert learned(scores[:499], np.abs(scores[:499]), 0.9) is None, "too few rows"
    assert learned(scores, np.zeros(2000), 0.9) is None, "no distance at all"
