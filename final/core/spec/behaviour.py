"""Behavioural checks as product files declare them (Ribeiro et al. 2020, CheckList)."""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from core.spec.columns import Frozen, Value


class Invariance(Frozen):
    """Another value in a column changes the score by at most `tolerance`, in at least `share` of the rows.

    The other values are `values`, or else those of other rows; with a `pattern` only the part that it matches is
    replaced.
    """

    values: tuple[Value, ...] = ()
    pattern: str | None = None
    tolerance: float = Field(default=0, ge=0)
    share: float = Field(default=1, gt=0, le=1)

    @model_validator(mode="after")
    def _replaceable(self) -> Self:
        if self.pattern is not None:
            if not self.values:
                raise ValueError("a pattern needs values to put in its place")
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern is not a regular expression: {error}") from None
        return self


class Direction(Frozen):
    """`add` to a number, all else equal, makes the score no lower (or no higher) in at least `share` of the rows.

    The score is P(positive class), the predicted value, or, with several classes, the probability of the class `of`.
    A step in the wrong direction of at most `tolerance` does not count.
    """

    add: float
    effect: Literal["no lower", "no higher"]
    of: Value | None = None
    tolerance: float = Field(default=0, ge=0)
    share: float = Field(default=0.95, gt=0, le=1)


class Checks(Frozen):
    """The checks of each column."""

    invariance: dict[str, Invariance] = Field(default_factory=dict)
    direction: dict[str, Direction] = Field(default_factory=dict)
