"""Rows in, columns out: the contract's pydantic core, and cells of tables that are typed more loosely than JSON."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator

from product.columns import Boolean, Category, Feature, Integer, Number
from product.contract import request_model
from product.declaration import Contract

Cell = Callable[[Any], Any]
TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0"}  # as product.table reads them


class Rows:
    """Validates rows of one contract."""

    def __init__(self, contract: Contract) -> None:
        self.names = list(contract.features)
        self.id = contract.id
        model = request_model(contract)
        core: SchemaValidator = model.__pydantic_validator__  # type: ignore[assignment]
        self.from_json: Callable[[bytes], BaseModel] = core.validate_json
        self.from_object: Callable[[Any], BaseModel] = core.validate_python
        self._cells = {name: cell(feature) for name, feature in contract.features.items()}

    def columns(self, rows: Sequence[BaseModel]) -> dict[str, Sequence[Any]]:
        """Columns of the contract, for ProductModel; a row's fields are f0, f1, ... in the contract's order."""
        return dict(zip(self.names, zip(*[row.__dict__.values() for row in rows], strict=True), strict=True))

    def loose(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of a table: an empty cell, null and NaN are missing, and numbers may be written as text."""
        return {name: self._cells[name](value) if name in self._cells else value for name, value in row.items()}

    def one_or_error(self, value: Any) -> BaseModel | ValidationError:
        try:
            return self.from_object(value)
        except ValidationError as error:
            try:
                return self.mended(error, lambda: value)
            except ValidationError:
                return error

    def mended(self, error: ValidationError, read: Callable[[], Any]) -> BaseModel:
        """The row that `read` gives, where nothing was wrong but whole numbers written as 2.0, which are integers to
        JSON Schema, and are what pandas makes of integers beside a missing one. Raises ValidationError.
        """
        wrong = {str(one["loc"][0]): one["input"] for one in error.errors(include_url=False) if one["loc"]}
        if not wrong or not all(type(value) is float and value.is_integer() for value in wrong.values()):
            raise error
        return self.from_object({**read(), **{name: int(value) for name, value in wrong.items()}})


def cell(feature: Feature) -> Cell:
    """The function that gives a loose cell the contract's type where it can; what it can't, stays for pydantic."""
    known: dict[str, Any] = {str(value): value for value in feature.values} if isinstance(feature, Category) else {}
    whole = isinstance(feature, Integer) or (known and all(type(value) is int for value in known.values()))

    def typed(value: Any) -> Any:
        if value is None or value == "" or value != value:
            return None
        if isinstance(feature, Boolean):
            text = str(value).lower()
            return True if text in TRUE else False if text in FALSE else value
        if isinstance(feature, Number | Integer) and isinstance(value, str):
            try:
                value = float(value) if "_" not in value else value
            except ValueError:
                return value
        if whole and isinstance(value, float) and value.is_integer() and math.isfinite(value):
            value = int(value)
        if isinstance(value, str):
            return known.get(value, value)
        return value

    return typed
