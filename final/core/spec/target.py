"""What is predicted: the target column and its task."""

from typing import Self

from pydantic import Field, model_validator

from core.spec.columns import Frozen, Value
from core.spec.metric_names import Task


class Target(Frozen):
    """The column to predict.

    binary: two values; `positive` is the one whose probability is served. multiclass: three values or more, served
    in this order. regression: a number, in `unit`, between min and max if they are given. `labels` are names of the
    values for a reader, on page and report.
    """

    name: str
    task: Task
    values: tuple[Value, ...] = ()
    positive: Value | None = None
    min: float | None = None
    max: float | None = None
    unit: str = ""
    description: str = ""
    # excluded from dumps: another label changes neither the contract's hash nor the bytes of a saved model
    labels: dict[str, str] = Field(default_factory=dict, exclude=True)

    def label(self, value: object) -> str:
        """A value as a reader sees it."""
        return self.labels.get(str(value), str(value))

    @model_validator(mode="after")
    def _fits_the_task(self) -> Self:
        if self.task == "regression":
            if self.values or self.positive is not None or self.labels:
                raise ValueError("a regression has no values, positive or labels: give min, max, unit, or another task")
            if self.min is not None and self.max is not None and self.min >= self.max:
                raise ValueError(f"min {self.min:g} is not less than max {self.max:g}")
            return self
        if self.min is not None or self.max is not None or self.unit:
            raise ValueError(f"min, max and unit are for task regression, this is {self.task}")
        if len({str(value) for value in self.values}) < len(self.values):
            raise ValueError("values must differ")
        if unknown := self.labels.keys() - {str(value) for value in self.values}:
            raise ValueError(f"labels: {', '.join(sorted(unknown))} is not among values {list(self.values)}")
        return self._binary() if self.task == "binary" else self._multiclass()

    def _binary(self) -> Self:
        if len(self.values) != 2:
            raise ValueError(f"task binary needs two values, not {len(self.values)}")
        if self.positive not in self.values:
            raise ValueError(f"positive {self.positive!r} is not among values {list(self.values)}")
        return self

    def _multiclass(self) -> Self:
        if len(self.values) < 3:
            raise ValueError(f"task multiclass needs three values or more, not {len(self.values)}; two are binary")
        if self.positive is not None:
            raise ValueError("positive is for task binary; multiclass serves the probability of every class")
        return self
