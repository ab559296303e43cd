"""The declaration as a request model and a JSON schema."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from product.columns import Boolean, Category, Date, Feature, Integer, Number, Text, Value
from product.declaration import Contract


def request_model(contract: Contract, name: str = "Row") -> type[BaseModel]:
    """The pydantic model of one row to predict: strict types, unknown fields refused, missing means null.

    Fields are called f0, f1, ... and aliased to the columns, so that any column name works.
    """
    fields: dict[str, Any] = {}
    for position, (column, feature) in enumerate(contract.features.items()):
        kind = _annotation(feature)
        default = None if feature.nullable else ...
        info = Field(default, alias=column, title=column, description=feature.description, examples=[example(feature)])
        fields[f"f{position}"] = (kind | None if feature.nullable else kind, info)
    examples: list[Any] = [example_row(contract)]
    config = ConfigDict(extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": examples})
    return create_model(name, __config__=config, **fields)


def example_row(contract: Contract) -> dict[str, Value | None]:
    return {column: example(feature) for column, feature in contract.features.items()}


def example(feature: Feature) -> Value | None:
    """The declared example, or one that the contract allows."""
    if feature.example is not None or (feature.nullable and "example" in feature.model_fields_set):
        return feature.example
    match feature:
        case Number() | Integer():
            return feature.min if feature.min is not None else feature.max if feature.max is not None else 0
        case Category():
            return feature.values[0]
        case Boolean():
            return True
        case Date():
            return "2024-02-29"
    return "text"


def _annotation(feature: Feature) -> Any:
    match feature:
        case Number():
            # JSON knows no difference between 26 and 26.0: whole numbers are numbers too
            return Annotated[float, Field(ge=feature.min, le=feature.max, allow_inf_nan=False)]
        case Integer():
            return Annotated[int, Field(ge=feature.min, le=feature.max)]
        case Category():
            return Literal[feature.values]
        case Boolean():
            return bool
        case Date():
            return Annotated[date, Field(strict=False)]
        case Text():
            return Annotated[str, StringConstraints(max_length=feature.max_length)]


def json_schema(contract: Contract, title: str, description: str = "") -> dict[str, Any]:
    """JSON schema (draft 2020-12) of one row to predict; x-target says what is predicted of it."""
    schema = request_model(contract).model_json_schema()
    said = {"title": title, "description": description, "x-target": contract.target.model_dump(mode="json")}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, **said}
