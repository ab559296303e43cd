"""The column that is predicted, in a table that has it already: refused, ignored, or compared with the predictions."""

import math
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from core.spec.target import Target
from service.batch.block import Answered
from service.model.answers import Answers
from service.model.cells import cells
from service.model.columns import distinct_values

Policy = Literal["refuse", "ignore", "compare"]
REASON = "is the target, which is predicted; ?target=ignore leaves it out, ?target=compare compares it"


class TargetColumn:
    """Compares the target in a table with the predictions; what is compared is kept as two sums."""

    def __init__(self, target: Target, policy: Policy) -> None:
        self.target = target
        self.is_allowed = policy != "refuse"
        self._compares = policy == "compare"
        self._rows, self._sum = 0, 0.0

    def compare(self, actual: Any, answers: Answers, answered: Answered) -> None:
        """Compare the answers to a block with what the table has in their place."""
        if not self.is_allowed or actual is None or not len(actual):
            return
        values, places = answers.predictions(answered.scores)
        if not isinstance(actual, pa.Array):
            present = [place for place in np.flatnonzero(answered.good).tolist() if actual[place] not in (None, "")]
            agreements = [self._agreement(actual[place], values[places[place]]) for place in present]
        elif self.target.task == "regression":
            agreements = self._differences(actual, answered)
        else:
            distinct, indices = distinct_values(actual)
            agrees = np.array([[self._agreement(cell, value) for value in values] for cell in distinct]).reshape(-1)
            codes = indices.fill_null(-1).to_numpy(zero_copy_only=False)
            empty = [code for code, cell in enumerate(distinct) if cell in (None, "")]
            rows = answered.good & (codes >= 0) & ~np.isin(codes, empty)
            agreements = agrees[codes[rows] * len(values) + places[rows]].tolist()
        self._rows += len(agreements)
        self._sum = sum(agreements, self._sum)

    def _differences(self, actual: pa.Array, answered: Answered) -> list[float]:
        """The squared differences of the rows that have a number, and NaN for other texts."""
        rows = np.flatnonzero(answered.good & actual.is_valid().to_numpy(zero_copy_only=False))
        scores = answered.scores[rows].tolist()
        pairs = zip(cells(actual.take(pa.array(rows))), scores, strict=True)
        return [self._agreement(value, score) for value, score in pairs if value != ""]

    def _agreement(self, actual: Any, prediction: Any) -> float:
        """1 or 0 for a class; the squared difference of numbers, NaN for what is not a number."""
        if self.target.task != "regression":
            return float(str(actual) == str(prediction) or _is_same_number(actual, prediction))
        try:
            difference = float(actual) - float(prediction)
        except (ValueError, TypeError, OverflowError):
            return math.nan
        return difference * difference

    @property
    def metric(self) -> tuple[str, float, int] | None:
        """Name and value of the metric, and rows it is of; None if nothing was compared."""
        if not self._compares or not self._rows:
            return None
        mean = self._sum / self._rows
        if self.target.task == "regression":
            return "rmse", math.sqrt(mean), self._rows
        return "accuracy", mean, self._rows


def _is_same_number(actual: Any, prediction: Any) -> bool:
    """Whether a class that is a whole number is written 1.0, as pandas does beside a missing one."""
    try:
        return type(prediction) is int and float(actual) == prediction
    except (ValueError, TypeError, OverflowError):
        return False
