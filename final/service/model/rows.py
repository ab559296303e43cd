"""Rows in, columns out: the contract's pydantic core, and cells of tables that are typed more loosely than JSON."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaValidator

from core.spec.columns import Boolean, Category, Feature, Integer, Number, truth
from core.spec.contract import Contract
from core.spec.request import request_model
from core.spec.source import Reading
from service.json_text import JsonError, loads
from service.problems import invalid, unreadable

WHOLE = re.compile(r"(?<=\d)\.0+$")  # of a whole number as pandas writes it beside a missing one
Cell = Callable[[Any], Any]
LONGEST_WHOLE = 40  # characters; no integer of 64 bits has as many


class Rows:
    """Validates rows of one contract.

    `reading` is how the table of the training was written, `ignored` its columns that the contract has not.
    """

    def __init__(self, contract: Contract, reading: Reading = Reading(), ignored: Sequence[str] = ()) -> None:
        self.contract = contract
        self.reading = reading
        self.ignored = ignored
        self.names = list(contract.features)
        self.id = contract.id
        self.aside = contract.aside
        self.model = request_model(contract)
        core: SchemaValidator = self.model.__pydantic_validator__  # type: ignore[assignment]
        self.from_json: Callable[[bytes], BaseModel] = core.validate_json
        self.from_object: Callable[[Any], BaseModel] = core.validate_python
        self._cells = {name: cell(feature) for name, feature in contract.features.items()}

    def columns(self, rows: Sequence[BaseModel]) -> dict[str, Sequence[Any]]:
        """Columns of the contract, for ProductModel; a row's fields are f0, f1, ... in the contract's order."""
        return dict(zip(self.names, zip(*[row.__dict__.values() for row in rows], strict=True), strict=True))

    def loose(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of a table: an empty cell, null and NaN are missing, and numbers may be written as text."""
        return {name: self._cells[name](value) if name in self._cells else value for name, value in row.items()}

    def read(self, body: bytes) -> BaseModel:
        """The row of a body. Raises Problem (422).

        pydantic's core reads a good row in one pass; whatever it may have read otherwise than `json_text` does is read
        again: each name has a colon, so that with as many colons as names none is there twice.
        """
        try:
            row = self.from_json(body)
        except ValidationError:
            pass
        else:
            if body.count(b":") == len(row.__pydantic_fields_set__):
                return row
        try:
            checked = self.one_or_error(loads(body))
        except JsonError as error:
            raise unreadable(error) from None
        if isinstance(checked, ValidationError):
            raise invalid(checked, self.names)
        return checked

    def one_or_error(self, value: Any) -> BaseModel | ValidationError:
        """A row, or its mistakes; columns that training used otherwise may be there, and are not used."""
        if self.aside and isinstance(value, dict):
            value = {name: cell for name, cell in value.items() if name not in self.aside}
        try:
            return self.from_object(value)
        except ValidationError as error:
            return self._mended(error, value)

    def _mended(self, error: ValidationError, row: Any) -> BaseModel | ValidationError:
        """The row, where nothing was wrong but whole numbers written as 2.0, which are integers to JSON Schema, and are
        what pandas makes of integers beside a missing one; else the error.
        """
        mistakes = error.errors(include_url=False)
        wrong = {str(mistake["loc"][0]): mistake["input"] for mistake in mistakes if mistake["loc"]}
        if not wrong or not all(type(value) is float and value.is_integer() for value in wrong.values()):
            return error
        try:
            return self.from_object({**row, **{name: int(value) for name, value in wrong.items()}})
        except ValidationError:
            return error


def cell(feature: Feature) -> Cell:
    """The function that gives a loose cell the contract's type where it can; what it can't, stays for pydantic."""
    convert = _conversion(feature)

    def typed(value: Any) -> Any:
        return None if value is None or value == "" or value != value else convert(value)

    return typed


def _conversion(feature: Feature) -> Cell:
    """Of a cell that is not empty."""
    match feature:
        case Boolean():
            return _boolean
        case Integer():
            return lambda value: _integer(number(value, whole=True) if isinstance(value, str) else value)
        case Number():
            return lambda value: number(value) if isinstance(value, str) else value
        case Category():
            values: dict[str, Any] = {str(value): value for value in feature.values}

            def code(value: Any) -> Any:
                if not isinstance(value, str):
                    return _integer(value)
                text = _whole(value)
                return values.get(text, text)

            if all(type(value) is int for value in feature.values):
                return code
            return lambda value: values.get(value, value) if isinstance(value, str) else value
    return lambda value: value


def _boolean(value: Any) -> Any:
    spelled = truth(str(_whole(value) if isinstance(value, str) else value))
    return value if spelled is None else spelled


def _whole(text: str) -> str:
    return WHOLE.sub("", text) if "." in text else text


def _integer(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def number(text: str, whole: bool = False) -> float | str:
    """The number that a text spells; the text if it spells none. A whole one is exact, beyond 2**53 too."""
    if "_" in text:
        return text
    for kind in (int, float) if whole and len(text) < LONGEST_WHOLE else (float,):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
