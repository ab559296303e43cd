"""Behavioural checks as product files declare them (Ribeiro et al. 2020, CheckList): what must not, and what must move.

No numpy: product files need this.
"""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from product.columns import Frozen, Value


class Invariance(Frozen):
    """Another value in a column changes the score by at most `tolerance`, in at least `share` of the rows.

    The other values are `values`, else those of other rows; with a `pattern` only the part that it finds is replaced.
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

    The score is P(positive), the value, or of several classes the probability of the class `of`. `tolerance` is a
    step back that does not count.
    """

    add: float
    effect: Literal["no lower", "no higher"]
    of: Value | None = None
    tolerance: float = Field(default=0, ge=0)
    share: float = Field(default=0.95, gt=0, le=1)


class Checks(Frozen):
    """By column."""

    invariance: dict[str, Invariance] = Field(default_factory=dict)
    direction: dict[str, Direction] = Field(default_factory=dict)
