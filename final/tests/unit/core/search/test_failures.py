"""A trial that fails ends the search with its reason, and a cluster that measures something else is refused."""

from concurrent.futures import Future
from typing import Any

import numpy as np
import optuna
import pytest

from core.base.errors import UserError
from core.model.folds import folds
from core.search import workers
from core.search.search import _record


def done(result: float | Exception) -> "Future[Any]":
    future: Future[Any] = Future()
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
    return future


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (float("nan"), "its loss is nan"),
        (float("inf"), "its loss is inf"),
        (ValueError("two\n  lines"), "two lines"),
    ],
)
def test_a_failed_trial_is_marked_and_named(result: float | Exception, reason: str) -> None:
    study = optuna.create_study()
    trial = study.ask()
    with pytest.raises(UserError) as error:
        _record(study, trial, done(result))
    assert str(error.value) == (f"model.search: a trial failed: {reason}; finished trials are kept for the next run")
    assert [kept.state for kept in study.trials] == [optuna.trial.TrialState.FAIL]


def test_a_finished_trial_has_its_loss() -> None:
    study = optuna.create_study()
    assert _record(study, study.ask(), done(0.5)).values == [0.5]


class Client:
    """Stands in for Dask's client: `answer` is what its workers give, or the error that they end with."""

    def __init__(self, answer: dict[str, str] | Exception) -> None:
        self.answer = answer

    def wait_for_workers(self, number: int, timeout: float) -> None:
        if isinstance(self.answer, TimeoutError):
            raise self.answer

    def run(self, function: Any) -> dict[str, str]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (TimeoutError(), "the scheduler at tcp://here has no workers"),
        (ImportError("No module named 'core'"), "a worker does not have this code (No module named 'core')"),
        ({"tcp://a": workers.code(), "tcp://b": "another"}, "other code at tcp://b"),
    ],
)
def test_a_cluster_without_this_code_is_refused(answer: dict[str, str] | Exception, reason: str) -> None:
    with pytest.raises(workers.WorkerError) as error:
        workers._check(Client(answer), "tcp://here", 1.0)
    remedy = "start them from this commit: bash final/worker.sh tcp://here"
    assert str(error.value) == f"{workers.VARIABLE}: {reason}: {remedy}"


def test_a_cluster_with_this_code_is_taken() -> None:
    workers._check(Client({"tcp://a": workers.code()}), "tcp://here", 1.0)


def test_the_folds_of_numbers_are_drawn_by_a_fixed_seed() -> None:
    first, again = (list(folds(np.arange(20.0), "regression", 5)) for _ in range(2))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(first, again, strict=True))
    assert sorted(np.concatenate([outside for _, outside in first])) == list(range(20))
    assert not any(np.intersect1d(inside, outside).size for inside, outside in first)
    assert not np.array_equal(first[0][1], np.arange(len(first[0][1])))
