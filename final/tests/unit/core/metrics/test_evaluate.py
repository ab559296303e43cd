"""All figures of a model on a hold-out: metrics, baseline, calibration, slices."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from core.metrics.bootstrap import intervals
from core.metrics.classes import classes, codes, labels
from core.metrics.evaluate import beside_linear, evaluate, trivial
from core.metrics.metrics import ece, value, values
from tests.support.small_products import declared


def test_the_trivial_model_is_the_prior() -> None:
    for task, target, classes_there in (("multiclass", [0, 2, 2, 2, 1, 1], 3), ("binary", [0, 1, 1, 1], 2)):
        rows = np.zeros((len(target), 1))
        prior = DummyClassifier(strategy="prior").fit(rows, target).predict_proba(rows)
        expected = prior if task == "multiclass" else prior[:, 1]
        assert trivial(task, np.array(target), classes_there) == pytest.approx(expected)  # type: ignore[arg-type]
    assert trivial("regression", np.array([1.0, 2, 6]), 0).tolist() == [3, 3, 3]


def test_a_class_without_rows_has_a_share_of_zero() -> None:
    assert trivial("multiclass", np.array([0, 0, 1, 0]), 3).tolist() == [[0.75, 0.25, 0]] * 4


def test_the_classes_are_those_of_the_file_with_the_positive_last() -> None:
    assert classes(declared("binary").target) == ["no", "yes"]
    other = {"name": "bought", "task": "binary", "values": ["no", "yes"], "positive": "no"}
    assert classes(declared(target=other).target) == ["yes", "no"]
    assert classes(declared("multiclass").target) == ["red", "green", "blue"]
    assert codes(["yes", "no", "yes"], declared("binary").target).tolist() == [1, 0, 1]
    assert codes(pd.Series(["blue", "red"]), declared("multiclass").target).tolist() == [2, 0]
    assert codes(["1.5", "2"], declared("regression").target).tolist() == [1.5, 2]
    assert codes(["1", "2"], declared("regression").target).dtype == np.float64
    assert codes(["yes", "no"], declared("binary").target).dtype.kind == "i"


@pytest.mark.parametrize(("task", "wrong"), [("binary", "maybe"), ("multiclass", "pink"), ("regression", "much")])
def test_a_value_that_is_no_class_or_number_is_refused(task: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"bought: .*no, yes|kind: .*red, green, blue|much"):
        codes([wrong], declared(task).target)


def test_numbers_as_classes_are_compared_as_text() -> None:
    target = declared(target={"name": "bought", "task": "binary", "values": [1, 0], "positive": 1}).target
    assert classes(target) == ["0", "1"]
    assert codes([1, 0, 1], target).tolist() == [1, 0, 1]
    assert labels(np.array([0.2, 0.7]), target).tolist() == ["0", "1"]


def test_the_label_is_the_likeliest_class_or_the_value_itself() -> None:
    assert labels(np.array([0.4, 0.6]), declared("binary").target).tolist() == ["no", "yes"]
    assert labels(np.array([0.4, 0.6]), declared("binary").target).dtype == object
    assert labels(np.array([[0.1, 0.2, 0.7]]), declared("multiclass").target).tolist() == ["blue"]
    assert labels(np.array([4.2]), declared("regression").target).tolist() == [4.2]


def test_a_classifiers_figures() -> None:
    product = declared(
        gates={"floor": 0.5, "slices": {"floors": {"shape": 0.5}}},
        features={
            "size": {"type": "number"},
            "shape": {"type": "category", "values": ["round", "square"], "nullable": True},
        },
    )
    rng = np.random.default_rng(0)
    target, scores = rng.integers(0, 2, 60), rng.random(60)
    table = pd.DataFrame(
        {"size": rng.random(60), "shape": np.array(["square", None, "round"], dtype=object)[np.arange(60) % 3]}
    )
    figures = evaluate(table, target, scores, product)
    assert figures.keys() == {"rows", "metrics", "baseline", "ece", "slices"}
    assert figures["rows"] == 60
    assert figures["ece"] == ece(target, scores)
    assert figures["baseline"] == values("binary", target, np.full(60, target.mean()))
    names = ["accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "log_loss"]
    assert {name: tuple(part.values()) for name, part in figures["metrics"].items()} == {
        name: (part.value, part.low, part.high)
        for name, part in intervals(names, target, scores).items()  # type: ignore[arg-type]
    }
    assert [(one["column"], one["value"], one["rows"]) for one in figures["slices"]] == [
        ("shape", "missing", 20),
        ("shape", "round", 20),
        ("shape", "square", 20),
    ]
    for one, start in zip(figures["slices"], (1, 2, 0), strict=True):
        mine = slice(start, 60, 3)
        assert one["accuracy"] == value("accuracy", target[mine], scores[mine])
        interval = intervals(["accuracy"], target[mine], scores[mine])["accuracy"]
        assert (one["low"], one["high"]) == (interval.low, interval.high)


def test_numbers_can_be_slices_and_the_baseline_of_several_classes_is_their_shares() -> None:
    product = declared("multiclass", gates={"floor": 0.5, "slices": {"floors": {"size": 0.5}}})
    target, scores = np.array([0, 0, 2, 0]), np.full((4, 3), 1 / 3)
    figures = evaluate(pd.DataFrame({"size": [2.0, np.nan, 10.0, 2.0]}), target, scores, product)
    assert [(one["value"], one["rows"]) for one in figures["slices"]] == [("10.0", 1), ("2.0", 2), ("missing", 1)]
    assert figures["baseline"] == values("multiclass", target, np.tile([0.75, 0, 0.25], (4, 1)))
    assert figures["baseline"]["accuracy"] == 0.75


def test_a_regression_has_no_calibration_and_slices_by_the_absolute_error() -> None:
    product = declared(
        "regression",
        gates={"floor": 0, "slices": {"ceilings": {"size": 3, "shape": 3}}},
        feature_set="few",
        feature_sets={"few": ["shape"]},
    )
    target, scores = np.array([1.0, 2, 3, 5]), np.array([1.0, 3, 3, 3])
    figures = evaluate(pd.DataFrame({"shape": ["round", "square"] * 2}), target, scores, product)
    assert figures["ece"] is None
    assert [(one["column"], one["value"], one["rows"], one["mae"]) for one in figures["slices"]] == [
        ("shape", "round", 2, 0.0),
        ("shape", "square", 2, 1.5),
    ]
    assert figures["baseline"]["r2"] == 0


@pytest.mark.parametrize(("worse_by", "not_worse"), [(0.0, True), (0.02, True), (0.2, False)])
def test_a_model_beside_a_linear_one(worse_by: float, not_worse: bool) -> None:
    """Errors of equal size everywhere; the trivial model's rmse is 1, the linear one's is 0.5."""
    target = np.resize([1.0, -1.0], 400)
    linear, scores = target * 0.5, target * (0.5 - worse_by)
    shares = beside_linear(1.0, 0.5, target, scores, linear, "rmse")
    assert shares["not_worse"] == float(not_worse)
    assert shares["better"] == (0.5 if worse_by == 0 else 0.0)


def test_where_the_linear_model_gains_nothing_nothing_may_be_lost() -> None:
    target = np.resize([1.0, -1.0], 400)
    assert beside_linear(1.0, 1.5, target, target * 0.97, target * 1.01, "rmse")["not_worse"] == 0
