"""Weights in training: equal ones change no byte, and uneven ones decide what each part and each choice follows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.base.files import folder_hash
from core.metrics.metrics import value
from core.model import blend
from core.model.baseline import linear_scores
from core.model.decision import Rule, cheapest, cost, figures
from core.model.linear_part import LinearEstimator
from core.model.part import Data
from core.model.pools import pool
from core.model.training import Trained, fit
from core.search.cross_validation import loss
from core.spec.contract import Contract
from core.spec.decision import Costs, Decision
from core.spec.estimator import Model
from core.spec.product import Split
from tests.support.small_product import product, table

TASKS = ("binary", "multiclass", "regression")
SETTINGS = {
    "catboost": Model(estimator="catboost", iterations=20, learning_rate=0.2, depth=3),
    "linear": Model(estimator="linear", strength=1.0),
    "blend": Model(iterations=20, learning_rate=0.2, depth=3),
}


def contract(task: str, weight: str | None = "w") -> Contract:
    return product(task, "blend").model_copy(update={"weight": weight}).contract


def trained(of: Contract, rows: pd.DataFrame, settings: Model, cross_rows: int = 5000) -> Trained:
    return fit(of, settings, (rows[:240], rows[240:]), cross_rows=cross_rows)


@pytest.mark.parametrize("cross_rows", [0, 5000])
@pytest.mark.parametrize("task", TASKS)
def test_equal_weights_change_no_byte(task: str, cross_rows: int, tmp_path: Path) -> None:
    rows = table(task, 300)
    for name, column, weight in (("plain", None, 1.0), ("1.0", "w", 1.0), ("0.7", "w", 0.7)):
        model = trained(contract(task, column), rows.assign(w=weight), SETTINGS["blend"], cross_rows).model
        model.save(tmp_path / name)
        (tmp_path / name / "contract.json").unlink()  # which has the name of the column
    assert folder_hash(tmp_path / "1.0") == folder_hash(tmp_path / "plain")
    assert folder_hash(tmp_path / "0.7") == folder_hash(tmp_path / "plain")


@pytest.mark.parametrize("quality", ["fast", "good"])
@pytest.mark.parametrize("estimator", SETTINGS)
def test_a_model_follows_the_rows_that_count(estimator: str, quality: str) -> None:
    """In half of the rows the target is the opposite; those that hardly count are not learnt."""
    rows = table("regression", 300).sample(frac=1, random_state=0, ignore_index=True)
    opposite, true = np.arange(300) % 2 == 1, rows["y"].to_numpy()
    rows["y"] = np.where(opposite, -rows["y"], rows["y"])
    settings = SETTINGS[estimator].model_copy(update={"quality": quality})
    for counting in (opposite, ~opposite):
        scores = trained(contract("regression"), rows.assign(w=counting + 0.001), settings).model.scores(rows)
        correlation = np.corrcoef(scores, true)[0, 1]
        assert (correlation < -0.5) if counting is opposite else (correlation > 0.5)


@pytest.mark.parametrize("task", TASKS)
def test_a_linear_model_is_that_of_repeated_rows(task: str) -> None:
    """Up to the strength of the penalty, which is for the mean weight, and the scale of numbers."""
    of = contract(task)
    rows = table(task, 200).assign(w=np.tile([1.0, 3.0], 100), size=np.arange(200) % 7.0)
    scores = linear_scores([rows], rows, of)
    repeated = rows.loc[np.repeat(rows.index, rows["w"].astype(int))]
    assert np.abs(scores - linear_scores([repeated], rows, contract(task, None))).max() < 0.1
    assert np.abs(scores - linear_scores([rows], rows, contract(task, None))).max() > 0.02


def test_the_strength_is_chosen_by_rows_that_count() -> None:
    of, rows = contract("regression"), table("regression", 200).assign(w=1.0)
    estimator = LinearEstimator(of.target, ())
    data = Data({}, rows["y"].to_numpy(), np.tile([0.0, 1.0], 100))
    wrong, right = np.zeros(200), rows["y"].to_numpy().copy()
    right[::2] += 1000  # only where nothing counts
    assert estimator._best([wrong, right], data) == 1
    assert estimator._best([wrong, right], Data({}, data.target, np.ones(200))) == 0


def test_early_stopping_sees_the_weights_of_validation() -> None:
    weights = np.array([0.5, 1.5])
    assert pool({"size": [1.0, 2.0]}, [], np.array([0, 1]), weights).get_weight() == [0.5, 1.5]
    many = {"size": np.arange(2000.0)}
    assert pool(many, [], np.zeros(2000), np.tile(weights, 1000)).get_weight()[:2] == [0.5, 1.5]


def test_data_keep_their_weights() -> None:
    data = Data({"size": np.array([1.0, 2.0])}, np.array([0, 1]), np.array([3.0, 4.0]))
    assert data.joined(data).weights.tolist() == [3, 4, 3, 4]
    assert data.take(np.array([1])).weights.tolist() == [4]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_blend_trusts_the_part_that_is_right_where_rows_count(task: str) -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(size=400) if task == "regression" else rng.integers(0, 2, 400)
    good = target + rng.normal(0, 0.1, 400) if task == "regression" else (2.0 * target - 1)
    if task == "multiclass":
        good = np.column_stack([-good, good])
    first = np.arange(400) < 200
    place = first if good.ndim == 1 else first[:, None]
    parts = [np.where(place, good, 0.0), np.where(place, 0.0, good)]
    for counting, trusted in ((first, 0), (~first, 1)):
        weights, _ = blend.fit(parts, target, task, counting + 0.001)  # type: ignore[arg-type]
        assert weights[trusted] > 2 * weights[1 - trusted]
    plain, equal = blend.fit(parts, target, task), blend.fit(parts, target, task, np.full(400, 7.0))  # type: ignore[arg-type]
    assert np.array_equal(plain[0], equal[0])
    assert np.array_equal(plain[1], equal[1])


COSTS = Costs(missed=9, false_alarm=1)


def test_a_threshold_is_the_cheapest_of_weighted_rows() -> None:
    """Probabilities that are far too low in the rows that count: brute force finds no cheaper threshold."""
    rng = np.random.default_rng(0)
    chance = rng.random(2000)
    actual = (rng.random(2000) < chance).astype(int)
    first = np.arange(2000) < 1000
    scores = np.where(first, chance**4, chance)
    weights = np.where(first, 3.0, 0.5)
    chosen = cheapest(COSTS, actual, scores, weights)
    every = [np.average(cost(COSTS, actual, scores > at), weights=weights) for at in np.unique(scores)]
    assert np.average(cost(COSTS, actual, scores > chosen), weights=weights) == pytest.approx(min(every))
    assert cheapest(COSTS, actual, scores, np.where(first, 0.01, 1.0)) == 0.1
    rule = Rule.of(Decision(costs=COSTS), actual, scores, np.full(2000, 7.0))
    assert rule == Rule.of(Decision(costs=COSTS), actual, scores)


def test_costs_of_decisions_are_those_of_repeated_rows() -> None:
    actual, scores = np.array([1, 1, 0, 0]), np.array([0.9, 0.05, 0.3, 0.05])
    weights = np.array([1, 2, 0, 4])
    places = np.repeat(np.arange(4), weights)
    shown = figures(Rule(0.1), COSTS, actual, scores, weights.astype(float))
    repeated = figures(Rule(0.1), COSTS, actual[places], scores[places])
    for name in ("cost", "always", "never", "likelier"):
        assert shown[name] == pytest.approx(repeated[name])
    assert np.array(shown["curve"]) == pytest.approx(np.array(repeated["curve"]))
    assert (shown["missed"], shown["false_alarms"], shown["rows"]) == (1, 1, 4), "rows are counted"


def test_a_decision_follows_the_weights_of_unseen_rows() -> None:
    rows = table("binary", 300).assign(w=np.arange(300.0))
    assert trained(contract("binary"), rows, SETTINGS["linear"]).weights.tolist() == rows["w"].tolist()
    assert trained(contract("binary"), rows, SETTINGS["linear"], 0).weights.tolist() == rows["w"].tolist()[240:]


def test_a_search_measures_weighted_rows() -> None:
    rows = table("binary", 300).sample(frac=1, random_state=0, ignore_index=True)
    hard = np.arange(300) % 2 == 1
    rows["y"] = np.where(hard, np.random.default_rng(0).permutation(rows["y"]), rows["y"])
    train, validation = rows[:240].reset_index(drop=True), rows[240:]
    of, settings = contract("binary"), SETTINGS["linear"]
    measured = [
        loss(of, settings, Split(), train.assign(w=counting[:240] + 0.1), validation.assign(w=1.0))
        for counting in (hard, ~hard)
    ]
    assert measured[0] > measured[1] + 0.1
    plain = loss(contract("binary", None), settings, Split(), train, validation)
    assert loss(of, settings, Split(), train.assign(w=7.0), validation.assign(w=7.0)) == pytest.approx(plain)


def test_quality_is_that_of_the_rows_that_count() -> None:
    assert value("accuracy", np.array([1, 0]), np.array([0.9, 0.9]), np.array([3.0, 1.0])) == 0.75
