"""The columns of a table as a product file declares them, and the features derived from them."""

import re
from collections.abc import Mapping
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
    # excluded from dumps: another label changes neither the contract's hash nor the bytes of a saved model
    label: str = Field(default="", exclude=True, description="name of the column on page and report")
    unit: str = Field(default="", exclude=True, description="shown after the label, such as m/s")
    log: bool = Field(default=True, exclude=True, description="false: the prediction log has no such column")

    def title(self, name: str) -> str:
        """The column as a reader sees it: its label, or else its name, with the unit."""
        title = self.label or name
        return f"{title} ({self.unit})" if self.unit else title


def _min_not_above_max(self: "Number | Integer") -> "Number | Integer":
    if self.min is not None and self.max is not None and self.min > self.max:
        raise ValueError(f"min {self.min:g} is greater than max {self.max:g}")
    return self


class _Ordered(_Feature):
    monotone: Literal["rising", "falling"] | None = Field(
        default=None,
        exclude_if=lambda direction: direction is None,
        description="the score never falls, or never rises, with the feature, all else equal",
    )


class Number(_Ordered):
    """A real number."""

    type: Literal["number"]
    min: float | None = None
    max: float | None = None
    _bounds = model_validator(mode="after")(_min_not_above_max)


class Integer(_Ordered):
    type: Literal["integer"]
    min: int | None = None
    max: int | None = None
    _bounds = model_validator(mode="after")(_min_not_above_max)


class Category(_Feature):
    """One of a closed list of values."""

    type: Literal["category"]
    values: tuple[Value, ...] = Field(min_length=2)


class Boolean(_Feature):
    """true or false; tables may spell it true/false, yes/no or 1/0."""

    type: Literal["boolean"]


_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def truth(text: str) -> bool | None:
    """The value that a cell of a Boolean column spells, in any case of letters; None if it spells neither."""
    return _TRUTH.get(text.lower())


class Text(_Feature):
    """A category with open values: a name, a code. With `words: true` it is free text and the model sees its words."""

    type: Literal["text"]
    words: bool = False
    max_length: int = Field(default=1000, gt=0)


class Date(_Feature):
    """A calendar day, YYYY-MM-DD; with `time: true` its time as well, YYYY-MM-DDTHH:MM:SS."""

    type: Literal["date"]
    time: bool = Field(default=False, exclude_if=lambda time: not time)
    # excluded from dumps: the same days in another form are the same contract
    forms: tuple[str, ...] = Field(default=(), exclude=True, description="other ways to write it, as in source.dates")


def monotone(features: Mapping[str, _Feature]) -> dict[str, str]:
    """The features with a declared direction, and which."""
    ordered = {name: feature for name, feature in features.items() if isinstance(feature, _Ordered)}
    return {name: feature.monotone for name, feature in ordered.items() if feature.monotone is not None}


# the tag that pydantic puts into the path of an error inside a union -> the member of the union
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
TIME_PARTS = ("hour",)
BUCKETS = 32  # of the words of a free text


def parts(name: str, feature: Feature) -> list[str]:
    """The names of the model's columns that are made from a column, next to it or instead of it."""
    if isinstance(feature, Date):
        return [f"{name} {part}" for part in (*DAY_PARTS, *TIME_PARTS[: int(feature.time)])]
    if isinstance(feature, Text) and feature.words:
        return [f"{name} words {number}" for number in range(BUCKETS)]
    return []


class Extract(Frozen):
    """The part of a text that the only group of a regular expression matches; values not listed become `other`."""

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
    """The sum of numbers, plus a constant; missing if one of them is missing."""

    sum: tuple[str, ...] = Field(min_length=1)
    plus: float = 0

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.sum


class Join(Frozen):
    """Several values joined into one category."""

    join: tuple[str, ...] = Field(min_length=2)

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.join


DERIVED: dict[str, type[BaseModel]] = {"extract": Extract, "sum": Sum, "join": Join}
TAGS |= DERIVED


def _derived_tag(rule: object) -> str | None:
    """The kind of rule that a mapping of product.yaml, or an object, is: each kind has a key of its own name."""
    if isinstance(rule, dict):
        return next((tag for tag in DERIVED if tag in rule), None)
    return next((tag for tag, kind in DERIVED.items() if isinstance(rule, kind)), None)


Derived = Annotated[
    Annotated[Extract, Tag("extract")] | Annotated[Sum, Tag("sum")] | Annotated[Join, Tag("join")],
    Discriminator(_derived_tag, custom_error_type="derived", custom_error_message="needs one of extract, sum, join"),
]
