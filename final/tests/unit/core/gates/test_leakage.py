"""The leakage score against its definition, written out row by row, and the gate that limits it."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from core.gates.gate import Gate
from core.gates.leakage import leakage, powers
from tests.support.small_products import FEATURES, declared

Column = list[Any]


def targets_of(target: Column, task: str) -> list[list[float]]:
    """For each row what is predicted of it: the share of the target's values up to its own (ties in the middle),
    or 0 and 1 for each class."""
    if task == "regression":
        return [
            [(sum(o < own for o in target) + (sum(o == own for o in target) + 1) / 2) / len(target)] for own in target
        ]
    kinds = list(dict.fromkeys(target))
    return [[float(own == kind) for kind in kinds] for own in target]


def same(a: Any, b: Any) -> bool:
    return bool(a == b or (a != a and b != b))


def told_by_category(column: Column, wanted: list[list[float]]) -> list[list[float]]:
    """The mean over the rows of the same value in the other two thirds, and one row that is the mean of all these."""
    told = []
    for row, own in enumerate(column):
        others = [other for other in range(len(column)) if other % 3 != row % 3]
        alike = [other for other in others if same(column[other], own)]
        answer = []
        for k in range(len(wanted[0])):
            mean = sum(wanted[other][k] for other in others) / len(others)
            answer.append((sum(wanted[other][k] for other in alike) + mean) / (len(alike) + 1))
        told.append(answer)
    return told


def told_by_neighbours(column: Column, wanted: list[list[float]], task: str) -> list[list[float]]:
    """The median (classes: the mean) of the 2 x `side` rows around the row in the order of the column."""
    rows = len(column)
    side = 2 if task == "regression" else max(2, rows // 128)
    order = sorted(range(rows), key=lambda row: (math.isnan(column[row]), column[row]))
    told: list[list[float]] = [[]] * rows
    for place, row in enumerate(order):
        first = min(max(place - side, 0), rows - 2 * side - 1)
        near = [order[p] for p in range(first, first + 2 * side + 1) if p != place]
        middle = np.median if task == "regression" else np.mean
        told[row] = [float(middle([wanted[other][k] for other in near])) for k in range(len(wanted[0]))]
    return told


def score_of_classes(told: list[list[float]], wanted: list[list[float]]) -> float:
    """The ROC AUC of each class weighed by its share, or the least share of right answers that is not ruled out."""
    predicted, truth = np.array(told), np.array(wanted)
    auc = sum(truth[:, k].mean() * roc_auc_score(truth[:, k], predicted[:, k]) for k in range(truth.shape[1]))
    wrong = predicted.argmax(axis=1) != truth.argmax(axis=1)
    bounds = []
    for k in range(truth.shape[1]):
        mine = truth[:, k] == 1
        test = binomtest(int(wrong[mine].sum()), int(mine.sum()), alternative="greater")
        bounds.append(test.proportion_ci(confidence_level=0.95, method="exact").low)
    return float(max(auc, 1 - max(bounds)))


def score_of_numbers(told: list[list[float]], wanted: list[list[float]]) -> float:
    """R2 without the worst rows: as many as a copy that is wrong in 1 % may have among so many rows."""
    errors = sorted((a[0] - b[0]) ** 2 for a, b in zip(told, wanted, strict=True))
    rows, forgiven = len(errors), 0
    while binomtest(forgiven + 1, rows, alternative="greater").proportion_ci(0.95, "exact").low <= 0.01:
        forgiven += 1
    return float(1 - np.mean(errors[: rows - forgiven]) / np.var(wanted))


def power(column: Column, target: Column, task: str) -> float:
    """The definition: rows are taken in a random order, and the better of both ways to predict counts."""
    drawn = np.random.default_rng(0).permutation(len(target))
    encoded = targets_of(target, task)
    column, wanted = [column[row] for row in drawn], [encoded[row] for row in drawn]
    told = [told_by_category(column, wanted)]
    if isinstance(column[0], float):
        told.append(told_by_neighbours(column, wanted, task))
    score = score_of_numbers if task == "regression" else score_of_classes
    return max(score(one, wanted) for one in told)


def columns(rows: int) -> tuple[dict[str, Column], dict[str, Column]]:
    """Columns of many kinds, and a target for each task."""
    rng = np.random.default_rng(4)
    hidden = rng.normal(size=rows)
    targets: dict[str, Column] = {
        "binary": np.where(hidden > 0.3, "yes", "no").tolist(),
        "multiclass": np.select([hidden > 0.7, hidden > -0.4], ["high", "middle"], "low").tolist(),
        "regression": hidden.round(1).tolist(),
    }
    gone = rng.random(rows) < 0.1
    few_wrong = rng.random(rows) < 0.02
    kept: dict[str, Column] = {
        "noise": rng.normal(size=rows).tolist(),
        "rough": (hidden + rng.normal(size=rows)).tolist(),
        "scaled copy": np.exp(hidden).tolist(),
        "copy with holes": np.where(gone, np.nan, hidden).tolist(),
        "copy with mistakes": np.where(few_wrong, -hidden, hidden).tolist(),
        "five values": np.digitize(hidden, [-1, -0.3, 0.3, 1]).astype(str).tolist(),
        "every row its own": [f"name {row}" for row in range(rows)],
        "missing or not": ["there" if value > 0.3 else None for value in hidden],
    }
    return kept, targets


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_power_of_a_column_is_its_definition(task: str) -> None:
    kept, targets = columns(61)
    found = powers(kept, pd.Series(targets[task]), task)
    assert list(found) == list(kept)
    for name, column in kept.items():
        assert found[name] == pytest.approx(power(column, targets[task], task), abs=1e-9), name


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_of_many_rows_more_neighbours_are_asked(task: str) -> None:
    """From 384 rows on three on each side, of a regression always two."""
    kept, targets = columns(384)
    found = powers({"rough": kept["rough"]}, pd.Series(targets[task]), task)
    assert found["rough"] == pytest.approx(power(kept["rough"], targets[task], task), abs=1e-9)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_copies_are_told_from_what_only_helps(task: str) -> None:
    kept, targets = columns(900)
    found = powers(kept, pd.Series(targets[task]), task)
    assert min(found["scaled copy"], found["copy with mistakes"]) > 0.97
    assert found["rough"] < 0.93
    nothing = 0.1 if task == "regression" else 0.6
    assert max(found["noise"], found["every row its own"]) < nothing


@pytest.mark.parametrize("rows", [5, 35, 36, 82, 83])
def test_as_many_mistakes_are_forgiven_as_the_bound_allows(rows: int) -> None:
    """From 36 rows on two mistakes are forgiven, from 83 on three."""
    kept, targets = columns(rows)
    found = powers({"rough": kept["rough"]}, pd.Series(targets["regression"]), "regression")
    assert found["rough"] == pytest.approx(power(kept["rough"], targets["regression"], "regression"), abs=1e-9)


def test_of_many_rows_as_many_mistakes_are_forgiven_as_a_share_of_one_percent_may_have() -> None:
    target = np.random.default_rng(0).normal(size=3000)
    copy = target.copy()
    copy[:36] = -np.sign(copy[:36]) * (3 + np.arange(36) / 100)
    assert powers({"copy": copy}, pd.Series(target), "regression")["copy"] > 0.999


def test_a_target_of_one_class_is_told_by_nothing() -> None:
    assert powers({"a": [1.0, 2, 3, 4, 5, 6]}, pd.Series(["x"] * 6), "binary") == {"a": 1.0}  # every answer is right


def test_a_constant_number_is_told_without_a_division_by_zero() -> None:
    assert powers({"a": ["x", "y"] * 10}, pd.Series([3.0] * 20), "regression") == {"a": 1.0}


SIZES = np.arange(200.0)
ANSWERS = np.array(["no", "yes"], dtype=object)[(np.arange(200) > 120).astype(int)]


def shop(**keys: Any) -> pd.DataFrame:
    shapes = np.array(["round", "square"], dtype=object)[np.random.default_rng(0).integers(0, 2, 200)]
    return pd.DataFrame({"size": np.random.default_rng(1).random(200), "shape": shapes, "bought": ANSWERS, **keys})


def test_a_copy_of_the_target_is_named_with_the_remedy() -> None:
    gate = leakage(shop(size=SIZES), declared())
    assert (gate.name, gate.value, gate.threshold, gate.passed) == ("data: leakage", "size 1.000", "< 0.990", False)
    assert gate.detail.startswith("size alone predicts the target, so ")
    assert "--ignore size. " in gate.detail
    assert gate.detail.endswith(
        "known beforehand, for example because everything grows with time, set gates.data.leakage: 1"
    )


def test_several_copies_are_named_together() -> None:
    features = {f"my size {n}": {"type": "number"} for n in range(7)}
    table = shop(**dict.fromkeys(features, SIZES))
    two = dict(list(features.items())[:2])
    gate = leakage(table, declared(features=two))
    assert gate.detail.startswith("my size 0 alone predicts the target (and so does my size 1), so ")
    assert "--ignore 'my size 0' --ignore 'my size 1'. " in gate.detail
    gate = leakage(table, declared(features=features))
    others = ", ".join(f"my size {n}" for n in range(1, 6))
    assert gate.detail.startswith(f"my size 0 alone predicts the target (and so do {others}), so ")
    assert "--ignore 'my size 6'. " in gate.detail


def test_a_table_without_copies_passes() -> None:
    gate = leakage(shop(), declared())
    assert gate.passed
    assert gate.detail == ""
    name, score = gate.value.split()
    assert name == max(
        ("size", "shape"), key=lambda n: powers({n: shop()[n].to_numpy()}, shop()["bought"], "binary")[n]
    )
    assert float(score) < 0.7


@pytest.mark.parametrize(("step", "passes"), [(1e-9, True), (0, False)])
def test_the_limit_itself_is_too_much(step: float, passes: bool) -> None:
    table = shop(size=SIZES + 60 * np.random.default_rng(2).normal(size=200))
    reached = powers({"size": table["size"].to_numpy()}, table["bought"], "binary")["size"]
    assert 0.6 < reached < 0.95
    product = declared(gates={"floor": 0.5, "data": {"leakage": reached + step}})
    assert leakage(table, product).passed is passes


def test_what_is_derived_is_judged_too() -> None:
    table = shop(shape=np.where(ANSWERS == "yes", "b-", "a-") + pd.Series(range(200)).astype(str))
    features = {"size": {"type": "number"}, "shape": {"type": "text"}}
    assert leakage(table, declared(features=features)).passed
    product = declared(features=features, derived={"first letter": {"extract": "shape", "pattern": "^(.)"}})
    gate = leakage(table, product)
    assert not gate.passed
    assert gate.value == "first letter 1.000"
    assert "--ignore 'first letter'. " in gate.detail  # it is not in the table, but nothing else is there to be named


def test_the_date_that_rows_are_split_by_is_not_judged() -> None:
    days = pd.Series(pd.date_range("2020-01-01", periods=200)).dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    features = {"day": {"type": "date"}}
    product = declared(features=features, split={"by": "day"})
    assert leakage(shop(day=days), product) == Gate("data: leakage", "no feature but time", "none", True)
    judged = leakage(shop(day=days), declared(features=features))
    assert judged.value.startswith("day year") or not judged.passed
    more = declared(features={**features, "size": {"type": "number"}}, split={"by": "day"})
    assert leakage(shop(day=days, size=SIZES), more).value == "size 1.000"


def test_of_a_large_table_a_sample_is_judged() -> None:
    """The rows that are not drawn tell the opposite: with any of them in it the score would be lower."""
    rng = np.random.default_rng(0)
    letters = np.array(["a", "b"], dtype=object)[rng.integers(0, 2, 70_000)]
    table = pd.DataFrame(
        {"letter": letters, "bought": np.where((letters == "a") ^ (rng.random(70_000) < 0.2), "yes", "no")}
    )
    drawn = table.sample(50_000, random_state=0)
    others = table.index.difference(drawn.index)
    table.loc[others, "bought"] = np.where(letters[others] == "a", "no", "yes")
    score = powers({"letter": drawn["letter"].to_numpy()}, drawn["bought"], "binary")["letter"]
    product = declared(features={"letter": {"type": "category", "values": ["a", "b"]}})
    assert leakage(table, product).value == f"letter {score:.3f}"


def test_a_copy_of_a_number_on_another_scale_is_found() -> None:
    table = shop(size=np.exp(SIZES / 40)).assign(price=SIZES)
    gate = leakage(table, declared("regression"))
    assert (gate.value, gate.passed) == ("size 1.000", False)


def test_the_copies_are_named_from_the_most_to_the_least_telling() -> None:
    features = {name: {"type": "number"} for name in ("a", "b")}
    table = shop(a=SIZES + 20 * np.random.default_rng(2).normal(size=200), b=SIZES)
    weaker = powers({"a": table["a"].to_numpy()}, table["bought"], "binary")["a"]
    assert weaker < 1
    gate = leakage(table, declared(features=features, gates={"floor": 0.5, "data": {"leakage": weaker}}))
    assert gate.detail.startswith("b alone predicts the target (and so does a), so ")


def patients(rows: int = 400) -> pd.DataFrame:
    """Visits of 80 patients; each has its own answer and its own level of size."""
    rng = np.random.default_rng(0)
    patient = rng.permutation(rows) % 80
    return pd.DataFrame(
        {
            "who": pd.Series([f"W{number}" for number in patient], dtype=object),
            "size": rng.normal(size=80)[patient] + rng.normal(0, 0.0001, rows),
            "shape": pd.Series(["round", "square"] * (rows // 2), dtype=object),
            "bought": pd.Series(rng.permutation(["yes", "no"] * 40)[patient], dtype=object),
        }
    )


WHO = {**FEATURES, "who": {"type": "text"}}


def test_the_remedy_for_a_column_that_repeats_is_to_keep_its_rows_together() -> None:
    gate = leakage(patients(), declared(features=WHO))
    assert not gate.passed
    assert gate.detail.startswith("who repeats (80 values in 400 rows; bought is the same in rows with the same value")
    assert "set split: {group: who} in product.yaml, or draft with --group who" in gate.detail
    assert "--ignore" not in gate.detail


@pytest.mark.parametrize("features", [WHO, FEATURES])
def test_what_tells_groups_apart_is_no_leak_if_they_are_kept_together(features: dict[str, Any]) -> None:
    product = declared(features=features, split={"group": "who"})
    assert leakage(patients(), product).passed
    copied = patients().assign(size=lambda rows: (rows["bought"] == "yes").astype(float))
    assert not leakage(copied, product).passed
