"""Answers with a set or an interval: as JSON has them, and as cells of a table."""

import numpy as np
import pytest

from core.model.conformal import Guarantee, intervals, sets
from core.model.decision import Rule
from core.spec.target import Target
from service.model.answers import Answers
from tests.support.small_products import declared

PROMISE = Guarantee(0.9, 99, 0.7)


def test_two_classes() -> None:
    answers = Answers(declared("binary").target, PROMISE)
    sure, unsure = answers.of(np.array([0.9, 0.4]), np.array([0.7, 0.7]))
    assert sure == {"prediction": "yes", "probability": 0.9, "set": ["yes"]}
    assert unsure == {"prediction": "no", "probability": 0.4, "set": ["no", "yes"]}
    assert answers.columns == ["prediction", "probability", "set"]
    assert answers.flat(unsure) == ["no", 0.4, "no|yes"]


def test_several_classes() -> None:
    answers = Answers(declared("multiclass").target, PROMISE)
    (answer,) = answers.of(np.array([[0.1, 0.5, 0.4]]), np.array([0.7]))
    assert (answer["prediction"], answer["set"]) == ("green", ["green", "blue"])
    assert answers.flat(answer) == ["green", 0.1, 0.5, 0.4, "green|blue"]
    assert answers.columns[-1] == "set"
    lists, places = answers.sets(np.array([[0.1, 0.5, 0.4], [0.8, 0.1, 0.1], [0.1, 0.5, 0.4]]), np.full(3, 0.7))
    assert [lists[place] for place in places] == [["green", "blue"], ["red"], ["green", "blue"]]


def test_a_set_that_holds_every_class_is_an_abstention_where_that_is_asked() -> None:
    answers = Answers(declared("binary").target, Guarantee(0.9, 99, 0.7, abstain=True))
    sure, unsure = answers.of(np.array([0.9, 0.4]), np.array([0.7, 0.7]))
    assert (sure["abstain"], unsure["abstain"]) == (False, True)
    assert answers.columns == ["prediction", "probability", "set", "abstain"]
    assert [answers.flat(answer)[-1] for answer in (sure, unsure)] == ["false", "true"]


def test_what_to_act_on_may_be_the_less_likely_class() -> None:
    answers = Answers(declared("binary").target, rule=Rule(0.3))
    assert [answer["prediction"] for answer in answers.of(np.array([0.3, 0.4, 0.6]))] == ["no", "no", "yes"]
    assert [answer["decision"] for answer in answers.of(np.array([0.3, 0.4, 0.6]))] == ["no", "yes", "yes"]
    assert answers.columns == ["prediction", "probability", "decision"]
    assert answers.flat(answers.of(np.array([0.4]))[0]) == ["no", 0.4, "yes"]


def test_a_number() -> None:
    answers = Answers(declared("regression").target, PROMISE)
    (answer,) = answers.of(np.array([3.0]), np.array([0.7]))
    assert answer == {"prediction": 3.0, "interval": [3.0 - 0.7, 3.0 + 0.7]}
    assert answers.columns == ["prediction", "low", "high"]
    assert answers.flat(answer) == [3.0, 3.0 - 0.7, 3.0 + 0.7]


def test_without_a_promise_there_is_neither() -> None:
    answers = Answers(declared("binary").target)
    (answer,) = answers.of(np.array([0.9]), None)
    assert answer == {"prediction": "yes", "probability": 0.9}
    assert answers.flat(answer) == ["yes", 0.9]
    assert Answers(declared("regression").target).columns == ["prediction"]


@pytest.mark.parametrize("limit", [0.05, 0.5, 0.6, 0.95, 1.0])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_one_by_one_and_by_column_they_are_the_same(task: str, limit: float) -> None:
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(3), 500)
    scores = {"binary": np.append(rng.random(500), [0.5, 0.0, 1.0]), "multiclass": shares}.get(
        task, rng.normal(size=500)
    )
    answers = Answers(declared(task).target, PROMISE)
    limits = limit * rng.random(len(scores))
    if task == "regression":
        assert [answer["interval"] for answer in answers.of(scores, limits)] == intervals(scores, limits).tolist()
    else:
        lists, places = answers.sets(scores, limits)
        assert [answer["set"] for answer in answers.of(scores, limits)] == [lists[place] for place in places]


@pytest.mark.parametrize("classes", [3, 8, 9, 20])
def test_each_row_has_its_own_set_whatever_the_number_of_classes(classes: int) -> None:
    target = Target.model_validate({"name": "y", "task": "multiclass", "values": [f"c{n}" for n in range(classes)]})
    scores = np.random.default_rng(0).dirichlet(np.ones(classes), 400)
    limits = np.full(400, 0.9)
    lists, places = Answers(target, PROMISE).sets(scores, limits)
    names = [[f"c{n}" for n in np.flatnonzero(row)] for row in sets(scores, limits)]
    assert [lists[place] for place in places] == names
    assert len({tuple(names) for names in lists}) == len(lists) > 3
