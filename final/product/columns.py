"""The columns of a table as a product file declares them, and the features derived from them."""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

Value = str | bool | int | float


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class _Feature(Frozen):
    description: str = ""
    nullable: bool = False
    in_model: bool = Field(default=True, description="false: the model sees it only through derived features")
    example: Value | None = None


def _min_not_above_max(self: "Number | Integer") -> "Number | Integer":
    if self.min is not None and self.max is not None and self.min > self.max:
        raise ValueError(f"min is {self.min:g}, which is more than max {self.max:g}")
    return self


class Number(_Feature):
    """A real number, in the unit that its description names."""

    type: Literal["number"]
    min: float | None = None
    max: float | None = None
    _ordered = model_validator(mode="after")(_min_not_above_max)


class Integer(_Feature):
    type: Literal["integer"]
    min: int | None = None
    max: int | None = None
    _ordered = model_validator(mode="after")(_min_not_above_max)


class Category(_Feature):
    """One of a closed list of values."""

    type: Literal["category"]
    values: tuple[Value, ...] = Field(min_length=2)


class Boolean(_Feature):
    """true or false; tables may spell it true/false, yes/no or 1/0."""

    type: Literal["boolean"]


class Text(_Feature):
    """A category with open values: a name, a code. words: true - a free text, of which the model sees the words."""

    type: Literal["text"]
    words: bool = False
    max_length: int = Field(default=1000, gt=0)


class Date(_Feature):
    """A calendar day, YYYY-MM-DD."""

    type: Literal["date"]


# what pydantic puts into an error's path for a member of a union -> that member
TAGS: dict[str, type[BaseModel]] = {
    "number": Number,
    "integer": Integer,
    "category": Category,
    "boolean": Boolean,
    "text": Text,
    "date": Date,
}
Feature = Annotated[Number | Integer | Category | Boolean | Text | Date, Field(discriminator="type")]


DAY_PARTS = ("year", "month", "weekday", "season sin", "season cos")
BUCKETS = 32  # of the words of a free text


def parts(name: str, feature: Feature) -> list[str]:
    """The names of what the model sees of a column beside or in place of it."""
    if isinstance(feature, Date):
        return [f"{name} {part}" for part in DAY_PARTS]
    if isinstance(feature, Text) and feature.words:
        return [f"{name} words {number}" for number in range(BUCKETS)]
    return []


class Extract(Frozen):
    """The part of a text that a regular expression's only group finds; values not listed become `other`."""

    extract: str
    pattern: str
    values: tuple[str, ...] | None = None
    other: str = "other"

    @model_validator(mode="after")
    def _one_group(self) -> Self:
        try:
            groups = re.compile(self.pattern).groups
        except re.error as error:
            raise ValueError(f"pattern is not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError(f"pattern must have exactly one group, has {groups}")
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        return (self.extract,)


class Sum(Frozen):
    """The sum of numbers, plus a constant; missing where one of them is."""

    sum: tuple[str, ...] = Field(min_length=1)
    plus: float = 0

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.sum


class Join(Frozen):
    """Several values side by side as one category."""

    join: tuple[str, ...] = Field(min_length=2)

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.join


def _derived_tag(rule: object) -> str | None:
    names = rule if isinstance(rule, dict) else type(rule).model_fields if isinstance(rule, Frozen) else ()
    return next((tag for tag in ("extract", "sum", "join") if tag in names), None)


TAGS |= {"extract": Extract, "sum": Sum, "join": Join}
Derived = Annotated[
    Annotated[Extract, Tag("extract")] | Annotated[Sum, Tag("sum")] | Annotated[Join, Tag("join")],
    Discriminator(_derived_tag, custom_error_type="derived", custom_error_message="needs one of extract, sum, join"),
]
