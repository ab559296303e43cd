"""Which rows choose: folds of all rows, or the validation part; and what each quality makes of them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.features.maker import FeatureMaker
from core.model import blend, catboost_part
from core.model.folds import folds, group_numbers
from core.model.linear_part import LinearEstimator
from core.model.part import Data, activation, crossed
from core.model.pools import pool
from core.model.training import fit
from core.spec.estimator import Model
from core.spec.product import Split
from tests.support.small_product import TARGETS, product, table

QUICK = Model(iterations=20, learning_rate=0.2, strength=1.0)


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of rows that weights were fitted on, of each training."""
    rows: list[int] = []

    def spy(raws: Any, actual: np.ndarray, task: Any, *weights: Any) -> blend.Blend:
        rows.append(len(actual))
        assert all(len(raw) == len(actual) for raw in raws)
        return original(raws, actual, task, *weights)

    original = blend.fit
    monkeypatch.setattr(blend, "fit", spy)
    return rows


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What CatBoost was asked for: a search for the number of trees, or a final training."""
    trainings: list[str] = []
    for name in ("search", "final"):

        def spy(*arguments: Any, _name: str = name, _original: Any = getattr(catboost_part, name)) -> Any:
            trainings.append(_name)
            return _original(*arguments)

        monkeypatch.setattr(catboost_part, name, spy)
    return trainings


@pytest.mark.parametrize(
    ("quality", "options", "rows", "expected"),
    [
        ("good", {}, 400, ["search"] * 5 + ["final"]),
        ("best", {}, 400, ["search"] * 8 + ["final"] * 5),
        ("fast", {}, 80, ["search"]),
        ("good", {"cross_rows": 399}, 80, ["search", "final"]),
        ("good", {"cross_rows": 399, "refit_rows": 399}, 80, ["search"]),
        ("good", {"split": Split(by="day")}, 80, ["search", "final"]),
    ],
)
def test_weights_are_fitted_on_folds_of_all_rows_if_they_are_few_and_have_no_order(
    quality: Any, options: dict[str, Any], rows: int, expected: list[str], weighed: list[int], trainings: list[str]
) -> None:
    declared, parts = product("binary", "blend"), table("binary")
    settings = QUICK.model_copy(update={"quality": quality})
    trained = fit(declared.contract, settings, (parts[:320], parts[320:]), **options)
    assert weighed == [rows]
    assert trainings == expected or (
        trained.model.booster is None and trainings == [name for name in expected if name == "search"]
    )
    assert "on 400 rows" in trained.remarks[0] or trained.remarks[0] == "400 rows"


@pytest.mark.parametrize(("task", "wide"), [("binary", 1), ("multiclass", 3), ("regression", 1)])
@pytest.mark.parametrize(("options", "rows"), [({}, 400), ({"cross_rows": 399}, 80)])
def test_the_scores_of_unseen_rows_are_those_of_the_weighted_rows(
    task: str, wide: int, options: dict[str, Any], rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights and offsets of the model over the raw scores that they were chosen on."""
    given: list[Any] = []

    def spy(raws: Any, *arguments: Any) -> blend.Blend:
        given.extend(raws)
        return np.array([0.25, 0.5]), np.arange(1.0, wide + 1)

    monkeypatch.setattr(blend, "fit", spy)
    declared, parts = product(task, "blend"), table(task)
    trained = fit(
        declared.contract, Model(iterations=3, learning_rate=0.5, strength=1.0), (parts[:320], parts[320:]), **options
    )
    raw = 0.25 * given[0] + 0.5 * given[1] + (np.arange(1.0, wide + 1) if wide > 1 else 1.0)
    assert len(trained.unseen) == rows
    np.testing.assert_allclose(trained.unseen, activation(raw, declared.target))


@pytest.mark.parametrize("quality", ["fast", "good", "best"])
def test_the_progress_ends_with_the_last_training(quality: Any) -> None:
    declared, parts = product("binary", "catboost"), table("binary")
    seen: list[tuple[int, int]] = []
    settings = QUICK.model_copy(update={"quality": quality, "estimator": "catboost"})
    fit(declared.contract, settings, (parts[:320], parts[320:]), lambda trees, most: seen.append((trees, most)))
    assert [trees for trees, _ in seen] == sorted(trees for trees, _ in seen)
    assert len({most for _, most in seen}) == 1
    trees, most = seen[-1]
    assert most - 20 < trees <= most


def test_folds_take_longer_steps_and_the_last_training_as_many_more(monkeypatch: pytest.MonkeyPatch) -> None:
    declared, parts = product("binary", "catboost"), table("binary")
    settings_used: list[tuple[float, int, int]] = []

    def spy(*arguments: Any) -> Any:
        booster = original(*arguments)
        settings = arguments[0]
        settings_used.append((settings.learning_rate, settings.iterations, booster.tree_count_))
        return booster

    original = catboost_part.search
    monkeypatch.setattr(catboost_part, "search", spy)
    for iterations in (200, 12):
        settings_used.clear()
        settings = Model(estimator="catboost", learning_rate=0.2, iterations=iterations)
        booster = fit(declared.contract, settings, (parts[:320], parts[320:])).model.booster
        assert [(rate, most) for rate, most, _ in settings_used] == [(0.4, iterations // 2)] * 5
        assert booster is not None
        assert booster.tree_count_ == min(iterations, round(2 * float(np.mean([trees for *_, trees in settings_used]))))


@pytest.mark.parametrize("task", TARGETS)
def test_a_bag_answers_the_mean_of_its_models_after_saving(task: str, tmp_path: Any) -> None:
    declared, rows = product(task, "catboost"), table(task)
    # a category of many values, whose statistics CatBoost keeps in the model
    rows["kind"] = [f"k{number % 30}" for number in range(len(rows))]
    features = {**declared.model_dump(mode="json")["features"], "kind": {"type": "text"}}
    contract = type(declared).model_validate({**declared.model_dump(mode="json"), "features": features}).contract
    maker = FeatureMaker(contract)
    data = Data.of(maker, contract, rows)
    settings = Model(iterations=30, learning_rate=0.1, depth=4, l2_leaf_reg=3, one_hot_max_size=2)
    rows_of_bag = pool(data.columns, maker.categorical, data.target)
    boosters = [
        catboost_part.final(
            settings.model_copy(update={"seed": seed}), contract.target, rows_of_bag, 30, lambda trees: None
        )
        for seed in (0, 1, 2)
    ]
    raws = [catboost_part.Boosted(booster, maker.categorical).raw(data.columns) for booster in boosters]
    assert np.abs(raws[0] - raws[1]).max() > 0.01
    catboost_part.Boosted(catboost_part.averaged(boosters), maker.categorical).save(tmp_path / "bag.cbm")
    bag = catboost_part.Boosted.load(tmp_path / "bag.cbm", contract.target.task, maker.categorical)
    np.testing.assert_allclose(bag.raw(data.columns), np.mean(raws, axis=0), atol=1e-9)
    np.testing.assert_allclose(bag.contributions(data.columns).sum(axis=-1), bag.raw(data.columns), atol=1e-6)


def test_a_rare_class_keeps_its_share() -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"size": rng.normal(size=3000)})
    chance = 1 / (1 + np.exp(4 - rows["size"]))
    rows["y"] = np.where(rng.random(3000) < chance, "yes", "no")
    features = {"size": {"type": "number"}}
    declared = product("binary", "catboost")
    contract = type(declared).model_validate({**declared.model_dump(mode="json"), "features": features}).contract
    settings = QUICK.model_copy(update={"estimator": "catboost"})
    model = fit(contract, settings, (rows[:2400], rows[2400:])).model
    share = float((rows["y"] == "yes").mean())
    assert share < 0.05
    assert model.scores(rows).mean() == pytest.approx(share, rel=0.15)


@pytest.mark.parametrize("task", TARGETS)
def test_scores_across_folds_are_of_models_that_did_not_see_the_row(task: str) -> None:
    declared, rows = product(task, "linear"), table(task)
    maker = FeatureMaker(declared.contract)
    data = Data.of(maker, declared.contract, rows)
    cross = list(folds(data.target, declared.target.task, 3))
    estimator = LinearEstimator(declared.target, maker.categorical)
    found = estimator.cross_fit(data, cross)
    for inside, outside in cross:
        part = estimator.refit(data.take(inside), found.choice)
        np.testing.assert_allclose(found.raw[outside], part.raw(data.take(outside).columns))
    assert np.array_equal(crossed([data.target[outside] for _, outside in cross], cross), data.target)
    assert activation(found.raw, declared.target).shape == found.raw.shape


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_group_is_on_one_side_and_a_missing_one_is_alone(task: Any) -> None:
    groups = group_numbers(pd.Series(["a", "b", "c", "d", None, None] * 20, dtype=object))
    assert len(np.unique(groups)) == 4 + 40
    target = np.arange(120) % 3 if task == "multiclass" else np.arange(120) % 2
    cross = list(folds(target, task, 3, groups))
    assert sorted(np.concatenate([outside for _, outside in cross])) == list(range(120))
    for inside, outside in cross:
        assert not set(groups[inside]) & set(groups[outside])


def test_groups_of_the_split_reach_the_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    declared, rows = product("binary", "linear"), table("binary")
    rows["patient"] = [f"p{number // 8}" for number in range(len(rows))]
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    original = LinearEstimator.cross_fit

    def spy(estimator: LinearEstimator, data: Data, cross: Any) -> Any:
        seen.extend(cross)
        return original(estimator, data, cross)

    monkeypatch.setattr(LinearEstimator, "cross_fit", spy)
    settings = Model(estimator="linear", strength=1.0)
    fit(declared.contract, settings, (rows[:320], rows[320:]), split=Split(group="patient"))
    assert len(seen) == 5
    for inside, outside in seen:
        assert not set(rows["patient"].iloc[inside]) & set(rows["patient"].iloc[outside])


def test_too_few_rows_of_a_class_are_left_to_the_validation_part(weighed: list[int]) -> None:
    declared, rows = product("multiclass", "linear"), table("multiclass")
    few = pd.concat([rows[rows["y"] != "high"], rows[rows["y"] == "high"].head(2)], ignore_index=True)
    fit(declared.contract, Model(estimator="linear", strength=1.0), (few[:200], few[200:]))
    assert weighed == [len(few) - 200]
