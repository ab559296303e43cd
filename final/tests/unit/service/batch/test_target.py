"""A target column in a batch is refused, ignored or compared, as the client says."""

from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pytest

from core.spec.target import Target
from core.spec.yaml_file import load
from service.batch.block import Answered
from service.batch.csv_blocks import csv_blocks
from service.batch.read import json_blocks
from service.batch.target import Policy, TargetColumn
from service.model.answers import Answers
from service.model.rows import Rows
from service.problems import Problem
from tests.support.blocks import rows_in

TITANIC = load("titanic").contract
CLASSES = TITANIC.target
NUMBER = Target(name="tomorrow", task="regression")


@pytest.mark.parametrize("policy", get_args(Policy))
def test_a_table_may_have_the_target_if_the_client_says_so(policy: Policy) -> None:
    body = b"Age,Survived\n31,1\n"
    if policy == "refuse":
        with pytest.raises(Problem, match=r"Survived: is the target.*\?target=ignore leaves it out"):
            rows_in(csv_blocks, body, Rows(TITANIC), TargetColumn(CLASSES, policy))
    else:
        ((_, row, actual),) = rows_in(csv_blocks, body, Rows(TITANIC), TargetColumn(CLASSES, policy))
        assert (row, actual) == ({"Age": 31.0}, "1")


@pytest.mark.parametrize(
    ("target", "actual", "scores", "metric"),
    [
        (CLASSES, ["1", "0", 1, "", None], [0.9, 0.9, 0.9, 0.9, 0.9], ("accuracy", 2 / 3, 3)),
        (CLASSES, pa.array(["1", "0", "1.0", "", None]), [0.9, 0.9, 0.9, 0.9, 0.9], ("accuracy", 2 / 3, 3)),
        (CLASSES, [None], [0.9], None),
        (CLASSES, pa.array([None], pa.string()), [0.9], None),
        (NUMBER, ["3", 5.0], [4.0, 5.0], ("rmse", 0.5**0.5, 2)),
        (NUMBER, pa.array(["3", "5.0", "", None]), [4.0, 5.0, 6.0, 7.0], ("rmse", 0.5**0.5, 2)),
    ],
)
def test_known_targets_are_compared(target: Target, actual: Any, scores: list[float], metric: Any) -> None:
    for policy in get_args(Policy):
        column = TargetColumn(target, policy)
        column.compare(actual, Answers(target), Answered(np.array(scores), {}))
        assert column.metric == (metric if policy == "compare" else None)


@pytest.mark.parametrize("actual", [[1, None, 0], pa.array([1, None, 0])])
def test_a_wrong_row_is_not_compared(actual: Any) -> None:
    column = TargetColumn(CLASSES, "compare")
    mistakes = [{"field": "Age", "reason": "wrong", "got": "str"}]
    column.compare(actual, Answers(CLASSES), Answered(np.array([0.9, np.nan, 0.1]), {0: mistakes, 1: mistakes}))
    assert column.metric == ("accuracy", 1.0, 1)


def test_the_target_is_taken_out_of_a_row_of_json() -> None:
    body = b'[{"Age":31,"Survived":1},3]'
    found = rows_in(json_blocks, body, Rows(TITANIC), TargetColumn(CLASSES, "compare"))
    assert found == [(None, {"Age": 31}, 1), (None, 3, None)]
