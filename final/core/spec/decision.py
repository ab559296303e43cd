"""Which of two classes is acted on, where that is not just the likelier one."""

from typing import Self

from pydantic import Field, model_validator

from core.spec.columns import Frozen


class Costs(Frozen):
    """What a wrong decision costs, in any unit: a positive row that is taken for negative, and the reverse."""

    missed: float = Field(gt=0, allow_inf_nan=False)
    false_alarm: float = Field(gt=0, allow_inf_nan=False)


class Decision(Frozen):
    """From which probability on the positive class is acted on: `threshold`, or what follows from `costs`."""

    costs: Costs | None = None
    threshold: float | None = Field(default=None, gt=0, lt=1)

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.costs is None) == (self.threshold is None):
            raise ValueError("give either costs or threshold")
        return self
