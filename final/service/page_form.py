"""The form: a widget for each field of the JSON schema that GET /contract answers."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from service.page_api import plain

MISSING = "not known"
FEW = 4  # as many choices stand side by side; more go into a list


@dataclass(frozen=True)
class Field:
    """One column as the form asks for it. `kind` is choice, boolean, integer, number, date or text."""

    name: str
    kind: str
    nullable: bool
    help: str
    example: Any
    options: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    max_length: int | None = None


def fields(schema: dict[str, Any]) -> list[Field]:
    """The fields of a row, in the contract's order."""
    return [field(name, rule) for name, rule in schema["properties"].items()]


def field(name: str, rule: dict[str, Any]) -> Field:
    """A property of the schema; nullable ones are `anyOf` with null."""
    variants = rule.get("anyOf", [rule])
    body = next(variant for variant in variants if variant.get("type") != "null")
    options = tuple(body["enum"]) if "enum" in body else (body["const"],) if "const" in body else ()
    kind = "choice" if options else "date" if body.get("format") == "date" else str(body.get("type", "string"))
    return Field(
        name=name,
        kind={"string": "text"}.get(kind, kind),
        nullable=any(variant.get("type") == "null" for variant in variants),
        help=rule.get("description", ""),
        example=next(iter(rule.get("examples", [])), None),
        options=options,
        low=body.get("minimum"),
        high=body.get("maximum"),
        max_length=body.get("maxLength"),
    )


def ask_for(one: Field) -> Any:
    """Show the widget, its example filled in; what the reader has there, None where it is left empty."""
    label, key, described = plain(one.name), f"field {one.name}", plain(one.help) or None
    match one.kind:
        case "choice" | "boolean":
            return choose(one, label, key, described)
        case "integer" | "number":
            whole = one.kind == "integer"
            kind = int if whole else float
            st.session_state.setdefault(key, None if one.example is None else kind(one.example))
            return st.number_input(
                label,
                min_value=None if one.low is None else kind(one.low),
                max_value=None if one.high is None else kind(one.high),
                value=None,
                step=1 if whole else step(one),
                format="%d" if whole else "%g",
                placeholder=MISSING,
                help=described,
                key=key,
            )
        case "date":
            st.session_state.setdefault(key, None if one.example is None else date.fromisoformat(str(one.example)))
            day = st.date_input(label, None, date.min, date.max, format="YYYY-MM-DD", help=described, key=key)
            return day.isoformat() if isinstance(day, date) else None
    st.session_state.setdefault(key, "" if one.example is None else str(one.example))
    typed = st.text_input(label, max_chars=one.max_length, placeholder=MISSING, help=described, key=key)
    return typed or None


def choose(one: Field, label: str, key: str, described: str | None) -> Any:
    """Radio buttons for few options, a list for many; `not known` is one of them where the field is nullable."""
    options = (*(one.options or (True, False)), *((None,) if one.nullable else ()))
    names = {None: MISSING, True: "yes", False: "no"} if one.kind == "boolean" else {None: MISSING}
    index = next((i for i, option in enumerate(options) if option == one.example), 0)

    def named(option: Any) -> str:
        return names.get(option, str(option))

    if len(options) <= FEW:
        return st.radio(label, options, index, named, key=key, help=described, horizontal=True)
    return st.selectbox(label, options, index, named, key=key, help=described)


def step(one: Field) -> float:
    """What the plus and minus buttons add: a round number near a hundredth of the range, or of the example."""
    if one.low is not None and one.high is not None and one.high > one.low:
        about = (one.high - one.low) / 100
    else:
        about = abs(float(one.example or 0)) / 20 or 1.0
    return float(10 ** round(math.log10(about)))


def unanswered(given: dict[str, Any], asked: list[Field]) -> list[str]:
    """Names of the fields that need a value and have none."""
    return [one.name for one in asked if given[one.name] is None and not one.nullable]
