"""The form: a widget for each field of the JSON schema that GET /contract answers."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from page.api import plain

MISSING = "not known"
FEW = 4  # choices that fit in a line; more are shown as a list


@dataclass(frozen=True)
class Field:
    """One column of the form. `kind` is choice, boolean, integer, number, date or text."""

    name: str
    kind: str
    nullable: bool
    help: str
    example: Any
    options: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    max_length: int | None = None
    label: str = ""


def fields(schema: dict[str, Any]) -> list[Field]:
    """The fields of a row, in the contract's order."""
    return [field(name, rule) for name, rule in schema["properties"].items()]


def field(name: str, rule: dict[str, Any]) -> Field:
    """A property of the schema; nullable ones are `anyOf` with null."""
    variants = rule.get("anyOf", [rule])
    body = next(variant for variant in variants if variant.get("type") != "null")
    options = tuple(body.get("enum", [body["const"]] if "const" in body else []))
    return Field(
        name=name,
        kind="choice" if options else kind_of(body),
        nullable=any(variant.get("type") == "null" for variant in variants),
        help=rule.get("description", ""),
        example=next(iter(rule.get("examples", [])), None),
        options=options,
        low=body.get("minimum"),
        high=body.get("maximum"),
        max_length=body.get("maxLength"),
        label=rule.get("title", name),
    )


def kind_of(body: dict[str, Any]) -> str:
    """The kind of a field without options."""
    if body.get("format") == "date":
        return "date"
    kind = str(body.get("type", "string"))
    return "text" if kind == "string" else kind


def ask_for(field: Field) -> Any:
    """Show the widget with the example filled in; returns its value, None if it is empty."""
    match field.kind:
        case "choice" | "boolean":
            return choose(field)
        case "integer" | "number":
            return number(field)
        case "date":
            return day(field)
    example = "" if field.example is None else str(field.example)
    typed = st.text_input(max_chars=field.max_length, placeholder=MISSING, **widget(field, example))
    return typed or None


def widget(field: Field, example: Any) -> dict[str, Any]:
    """The arguments that all widgets have in common; the example is the first value."""
    key = f"field {field.name}"
    st.session_state.setdefault(key, example)
    return {"label": plain(field.label or field.name), "key": key, "help": plain(field.help) or None}


def number(field: Field) -> float | None:
    whole = field.kind == "integer"
    kind = int if whole else float

    def typed(value: Any) -> Any:
        return None if value is None else kind(value)

    return st.number_input(
        min_value=typed(field.low),
        max_value=typed(field.high),
        value=None,
        step=1 if whole else step(field),
        format="%d" if whole else "%g",
        placeholder=MISSING,
        **widget(field, typed(field.example)),
    )


def day(field: Field) -> str | None:
    example = None if field.example is None else date.fromisoformat(str(field.example))
    chosen = st.date_input(
        value=None, min_value=date.min, max_value=date.max, format="YYYY-MM-DD", **widget(field, example)
    )
    return chosen.isoformat() if isinstance(chosen, date) else None


def choose(field: Field) -> Any:
    """Radio buttons for few options, a list for many; a nullable field has MISSING as an option."""
    options = list(field.options or (True, False))
    names = {True: "yes", False: "no"} if field.kind == "boolean" else {}
    if field.nullable:
        options.append(None)

    def name(option: Any) -> str:
        return MISSING if option is None else names.get(option, str(option))

    def escaped(option: Any) -> str:  # radio buttons show Markdown, a list shows text
        return plain(name(option))

    example = field.example if field.example in options else options[0]
    if len(options) <= FEW:
        return st.radio(options=options, format_func=escaped, horizontal=True, **widget(field, example))
    return st.selectbox(options=options, format_func=name, **widget(field, example))


def step(field: Field) -> float:
    """The step of the plus and minus buttons: a power of ten near a hundredth of the range, or of the example."""
    if field.low is not None and field.high is not None and field.high > field.low:
        about = (field.high - field.low) / 100
    else:
        about = abs(float(field.example or 0)) / 20 or 1.0
    return float(10 ** round(math.log10(about)))


def unanswered(row: dict[str, Any], form: list[Field]) -> list[str]:
    """Names of the fields that need a value and have none."""
    return [field.name for field in form if row[field.name] is None and not field.nullable]
