"""Which answers change: another class, or a number that moved by much."""

import numpy as np
import pytest

from core.metrics.changes import changed_answers
from core.spec.target import Target

TARGETS = {
    "binary": Target(name="y", task="binary", values=(0, 1), positive=1),
    "multiclass": Target(name="y", task="multiclass", values=("a", "b", "c")),
    "regression": Target(name="y", task="regression"),
}


@pytest.mark.parametrize(
    ("task", "before", "after", "changed"),
    [
        ("binary", [0.4, 0.9, 0.6], [0.1, 0.51, 0.4], [False, False, True]),
        ("multiclass", [[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]], [[0.4, 0.3, 0.3], [0.5, 0.4, 0.1]], [False, True]),
        ("regression", [0.0, 10.0, 20.0], [0.8, 10.0, 18.0], [False, False, True]),  # a tenth of 8.16
        ("regression", [0.0, 0.0, 0.0], [0.1, 0.15, 0.0], [False, True, False]),  # of equal answers, 0.1
    ],
)
def test_an_answer_has_changed(task: str, before: list[float], after: list[float], changed: list[bool]) -> None:
    assert changed_answers(np.array(before), np.array(after), TARGETS[task]).tolist() == changed
