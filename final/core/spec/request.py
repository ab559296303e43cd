"""The contract as a request model and a JSON schema."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, create_model
from pydantic_core import PydanticCustomError

from core.spec.columns import Boolean, Category, Date, Feature, Integer, Number, Text, Value
from core.spec.contract import Contract
from core.spec.date_forms import moment

EIGHT_DIGITS = range(10**7, 10**8)
INT64 = (-(2**63), 2**63 - 1)


def request_model(contract: Contract, name: str = "Row") -> type[BaseModel]:
    """The pydantic model of one row to predict: strict types, no unknown fields, null for missing.

    Its fields are named f0, f1, ... with the columns as aliases, so that any column name works.
    """
    fields: dict[str, Any] = {}
    for position, (column, feature) in enumerate(contract.features.items()):
        kind = annotation(feature)
        default = None if feature.nullable else ...
        info = Field(
            default,
            alias=column,
            title=feature.title(column),
            description=feature.description,
            examples=[example(feature)],
        )
        fields[f"f{position}"] = (kind | None if feature.nullable else kind, info)
    examples: list[Any] = [example_row(contract)]
    config = ConfigDict(extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": examples})
    return create_model(name, __config__=config, **fields)


def example_row(contract: Contract) -> dict[str, Value | None]:
    return {column: example(feature) for column, feature in contract.features.items()}


def example(feature: Feature) -> Value | None:
    """The declared example, or else a value that the contract allows."""
    if feature.example is not None or (feature.nullable and "example" in feature.model_fields_set):
        return feature.example
    match feature:
        case Number() | Integer():
            bounds = [bound for bound in (feature.min, feature.max) if bound is not None]
            return bounds[0] if bounds else 0
        case Category():
            return feature.values[0]
        case Boolean():
            return True
        case Date():
            return _example_of_a_day(feature)
    return "text"


def _example_of_a_day(feature: Date) -> str:
    return "2024-02-29T12:30:00" if feature.time else "2024-02-29"


def annotation(feature: Feature) -> Any:
    """The type of a value of the feature, for a strict model of pydantic's."""
    match feature:
        case Number():
            # JSON does not distinguish 26 from 26.0: whole numbers are numbers too
            return Annotated[float, Field(ge=feature.min, le=feature.max, allow_inf_nan=False)]
        case Integer():
            return _integer(feature)
        case Category():
            return Literal[feature.values]
        case Boolean():
            return bool
        case Date():
            kind = datetime if feature.time else date
            return Annotated[kind, Field(strict=False), BeforeValidator(partial(_as_written, feature))]
        case Text():
            return Annotated[str, StringConstraints(max_length=feature.max_length)]


def _integer(feature: Integer) -> Any:
    """An integer of 64 bits; the schema has the bounds that are declared, and says the width."""
    low = INT64[0] if feature.min is None else max(feature.min, INT64[0])
    high = INT64[1] if feature.max is None else min(feature.max, INT64[1])

    def declared(schema: dict[str, Any]) -> None:
        schema["format"] = "int64"
        for bound, value in (("minimum", feature.min), ("maximum", feature.max)):
            if value is None:
                del schema[bound]

    schema = declared if feature.min is None or feature.max is None else None
    return Annotated[int, Field(ge=low, le=high, json_schema_extra=schema)]


def _as_written(feature: Date, value: Any) -> Any:
    """A day or time written in one of the feature's forms in the form of the contract; any other text as it is.

    Numbers are no dates to JSON Schema, though pydantic takes them for seconds; days such as 20240229 are read by form.
    """
    is_number = isinstance(value, int | float)
    is_text = isinstance(value, str) or (isinstance(value, int) and value in EIGHT_DIGITS)
    time = moment(str(value), feature.forms) if is_text and feature.forms else None
    if time is None and is_number:
        words = {"example": _example_of_a_day(feature)}
        raise PydanticCustomError("date_type", "must be a text such as {example}", words)
    if time is None:
        return value
    return time if feature.time else time.date()


def json_schema(contract: Contract, title: str, description: str = "") -> dict[str, Any]:
    """JSON schema (draft 2020-12) of one row to predict; x-target describes the target."""
    target = contract.target.model_dump(mode="json")
    if contract.target.labels:
        target["labels"] = contract.target.labels
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **request_model(contract).model_json_schema(),
        "title": title,
        "description": description,
        "x-target": target,
    }
