"""Sets, intervals, likely wrong labels and weak slices are those of well-known libraries on the same scores."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.references import answers
from core.metrics.weak_slices import FEWEST_ROWS, conditions, weak_slices
from core.metrics.wrong_labels import suspects
from core.model.conformal import Guarantee, intervals, sets
from core.spec.columns import Boolean, Category, Feature, Number
from core.spec.target import Target
from tests.support.small_products import TARGETS

TARGET = {task: Target.model_validate(keys) for task, keys in TARGETS.items()}
CALIBRATION_ROWS = (60, 99, 150, 199, 250)
FIRST = 50


def class_scores(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Probabilities by models that did not see the row, (n, K)."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
    return np.asarray(cross_val_predict(model, features, labels, method="predict_proba"))


def problems(scores: np.ndarray, actual: np.ndarray, *coverages: float) -> list[dict[str, Any]]:
    order = np.random.default_rng(0).permutation(len(actual))
    scores, actual = scores[order], actual[order]
    return [
        {"coverage": coverage, "scores": scores[:rows], "actual": actual[:rows], "test": scores[rows:]}
        for coverage in coverages
        for rows in CALIBRATION_ROWS
    ]


@pytest.mark.parametrize(("task", "load"), [("binary", load_breast_cancer), ("multiclass", load_digits)])
def test_sets_are_those_of_mapie(task: str, load: Callable[..., tuple[np.ndarray, np.ndarray]]) -> None:
    """All but MAPIE's empty ones: ours then has the most likely class."""
    features, labels = load(return_X_y=True)
    empty_sets, larger_sets = 0, 0
    asked = problems(class_scores(features, labels), labels, 0.9, 0.99)
    asked = [problem for problem in asked if len(problem["actual"]) >= 1 / (1 - problem["coverage"])]
    for problem, answer in zip(asked, answers("mapie_sets.py", asked), strict=True):
        scores, test = (problem[name] if task == "multiclass" else problem[name][:, 1] for name in ("scores", "test"))
        promise = Guarantee.of(problem["coverage"], TARGET[task], problem["actual"], scores)
        members = sets(test, promise.limits({}, test))
        is_empty = ~answer["sets"].any(axis=1)
        assert (members[~is_empty] == answer["sets"][~is_empty]).all()
        assert (members[is_empty].sum(axis=1) == 1).all()
        assert members[is_empty, problem["test"][is_empty].argmax(axis=1)].all()
        empty_sets += is_empty.sum()
        larger_sets += (members.sum(axis=1) > 1).sum()
    assert empty_sets > 20
    assert larger_sets > 20


def test_intervals_are_those_of_mapie_and_crepes() -> None:
    """Half as wide as the residual of rank ceil(coverage x (n + 1)).

    crepes takes rank int((1 - coverage) x (n + 1)) from above, which is the same unless coverage x (n + 1) is whole:
    then 1 - 0.9, a little less than 0.1 in floating point, leads to the next greater residual.
    """
    features, actual = load_diabetes(return_X_y=True)
    asked = problems(cross_val_predict(Ridge(), features, actual), actual, 0.9)
    of_mapie, of_crepes = answers("mapie_sets.py", asked), answers("crepes_intervals.py", asked)
    for problem, mapie, crepes in zip(asked, of_mapie, of_crepes, strict=True):
        guarantee = Guarantee.of(0.9, TARGET["regression"], problem["actual"], problem["scores"])
        own = intervals(problem["test"], guarantee.limits({}, problem["test"]))
        assert mapie["intervals"] == pytest.approx(own, rel=1e-8, abs=1e-6)
        rows = len(problem["actual"])
        is_whole = (rows + 1) % 10 == 0
        rank = (rows + 1) * 9 // 10 + (not is_whole)
        residuals = np.sort(np.abs(problem["actual"] - problem["scores"]))
        width, crepes_width = np.diff(own)[:, 0], np.diff(crepes["intervals"])[:, 0]
        assert width == pytest.approx(2 * residuals[rank - 1], rel=1e-8)
        assert crepes_width == pytest.approx(2 * residuals[rank - 1 + is_whole], rel=1e-8)
        assert crepes_width == pytest.approx(width, rel=0.05)


@pytest.mark.parametrize("digit", [None, 8])
def test_likely_wrong_labels_are_those_of_cleanlab(digit: int | None) -> None:
    """In the same order, with 5 % of the labels of the digits (or of "is it an 8?") changed at random.

    cleanlab leaves out the rows whose given label is the most likely one although the model is confident of another
    only; ours has them last. Its estimate counts whole rows.
    """
    features, truth = load_digits(return_X_y=True)
    if digit is not None:
        truth = (truth == digit).astype(int)
    rng, classes = np.random.default_rng(0), truth.max() + 1
    planted = rng.choice(len(truth), len(truth) // 20, replace=False)
    target = truth.copy()
    target[planted] = (truth[planted] + rng.integers(1, classes, len(planted))) % classes
    scores = class_scores(features, target)
    doubted = suspects(target, scores)
    (answer,) = answers("cleanlab_labels.py", [{"target": target, "scores": scores}])
    count = len(answer["places"])
    assert count >= FIRST
    assert doubted.places[:count].tolist() == answer["places"].tolist()
    others = doubted.places[count:]
    assert (scores[others].argmax(axis=1) == target[others]).all()
    assert (len(others) > 0) == (digit == 8)
    assert np.isin(doubted.places[:FIRST], planted).mean() >= 0.8
    assert doubted.estimate == pytest.approx(float(answer["estimate"]), rel=0.03)


def test_a_planted_weak_slice_is_named_first_as_sliceline_does() -> None:
    features: dict[str, Feature] = {
        "size": Number(type="number"),
        "shape": Category(type="category", values=("round", "square", "flat")),
        "new": Boolean(type="boolean"),
        "weight": Number(type="number"),
    }
    rng, rows = np.random.default_rng(0), 2000
    table = pd.DataFrame({"size": rng.random(rows), "weight": rng.normal(size=rows)})
    table["shape"] = rng.choice(np.array(["round", "square", "flat"], dtype=object), rows)
    table["new"] = rng.choice(np.array(["true", "false"], dtype=object), rows)
    planted = ((table["shape"] == "flat") & (table["size"] > 0.75)).to_numpy()
    wrong = rng.random(rows) < np.where(planted, 0.4, 0.1)
    parts = [conditions(table[name], name, feature) for name, feature in features.items()]
    numbers = np.column_stack([np.argmax([part.rows for part in of_column], axis=0) for of_column in parts])
    problem = {"table": numbers, "errors": wrong.astype(float), "fewest": FEWEST_ROWS}
    (answer,) = answers("sliceline_slices.py", [problem])
    first = " and ".join(
        parts[column][number].words for column, number in enumerate(answer["slices"][0]) if number >= 0
    )
    worst = weak_slices(table, features, wrong)["worst"][0]["group"]
    assert worst == first
    assert worst.startswith("size from 0.7")
    assert worst.endswith(" and shape = flat")


def test_the_reference_of_venn_abers_follows_the_definition() -> None:
    """Two isotonic fits a row, of the calibration rows and the row itself with either label."""
    rng = np.random.default_rng(0)
    scores, test = rng.random(100).round(2), np.array([0.0, 0.05, 0.31, 0.5, 0.99, 1.0])
    actual = (rng.random(100) < scores**2).astype(int)
    (answer,) = answers("venn_abers_probabilities.py", [{"scores": scores, "actual": actual, "test": test}])
    p0, p1 = ([fitted(scores, actual, score, label) for score in test] for label in (0, 1))
    assert answer["p0"] == pytest.approx(np.array(p0))
    assert answer["p1"] == pytest.approx(np.array(p1))
    assert answer["merged"] == pytest.approx(np.array(p1) / (1 - np.array(p0) + np.array(p1)))


def fitted(scores: np.ndarray, actual: np.ndarray, score: float, label: int) -> float:
    isotonic = IsotonicRegression().fit(np.append(scores, score), np.append(actual, label))
    return float(isotonic.predict([score])[0])
