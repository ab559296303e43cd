"""Reads product.yaml; an error names the file, the line, the key, the reason and the nearest right key."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from core.base.errors import UserError
from core.base.paths import folder
from core.spec.columns import TAGS
from core.spec.product import Product

Loc = tuple[str | int, ...]
MOST_BY_ALIASES = 20_000  # values that aliases may add to those of the text


class ProductError(UserError):
    """A product file that cannot be used; str() is the whole message, one line per mistake."""


class _TooLargeError(Exception):
    """A tree that is much larger than its text."""


def load(name_or_path: str) -> Product:
    """Read and check one product file.

    Raises NoProductError, or ProductError if the file is missing, is not YAML, or breaks a rule of core.spec.
    """
    file = folder(name_or_path) / "product.yaml"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ProductError(f"{file}: no such product file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProductError(f"{file}: cannot be read: {error}") from None
    return parse(text, file)


def parse(text: str, file: Path) -> Product:
    """The product that this text declares; `file` is for the messages. Raises ProductError."""
    nodes = range(len(text) + MOST_BY_ALIASES)
    try:
        return Product.model_validate(_plain(YAML(typ="safe").load(text), iter(nodes)))
    except (YAMLError, ValueError, RecursionError, _TooLargeError):  # a ValidationError is a ValueError
        pass  # read again by the slower reader that knows lines, and has the last word
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProductError(f"{file}:{line}: not valid YAML: {error.problem}") from None
    except (YAMLError, ValueError) as error:  # a character or a value that YAML does not have, such as 2024-02-31
        raise ProductError(f"{file}: not valid YAML: {' '.join(str(error).split())[:200]}") from None
    except RecursionError:
        raise ProductError(f"{file}: is nested too deeply") from None
    if not isinstance(tree, Mapping):
        raise ProductError(f"{file}:1: must be a mapping of keys such as name, target, features")
    try:
        return Product.model_validate(_plain(tree, iter(nodes)))
    except (_TooLargeError, RecursionError):
        raise ProductError(f"{file}: its aliases (&name, *name) repeat too much: write the values out") from None
    except ValidationError as error:
        lines = [_explain(file, tree, dict(mistake)) for mistake in error.errors(include_url=False)]
        raise ProductError("\n".join(dict.fromkeys(lines))) from None


def _plain(node: Any, left: Iterator[int]) -> Any:
    """The tree in plain types, without those of the YAML library. Raises _TooLargeError if nothing is `left`."""
    if next(left, None) is None:
        raise _TooLargeError
    if isinstance(node, Mapping):
        return {str(key): _plain(value, left) for key, value in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [_plain(value, left) for value in node]
    if isinstance(node, date):  # YAML reads an unquoted day as a date; a contract has it as text
        return node.isoformat()
    return next((kind(node) for kind in (bool, int, float, str) if type(node) is kind), node)


def _explain(file: Path, tree: Any, mistake: dict[str, Any]) -> str:
    loc: Loc = tuple(mistake["ctx"]["key"].split(".")) if mistake["type"] == "product" else mistake["loc"]
    keys, line = _locate(tree, loc)
    reason = mistake["msg"].removeprefix("Value error, ")
    if mistake["type"] == "extra_forbidden":
        reason = f"unknown key{_nearest(str(loc[-1]), loc)}"
    elif mistake["type"] == "missing":
        reason = "this key is required and missing"
        keys = (*keys, str(loc[-1]))
    elif isinstance(mistake["input"], str | int | float) and mistake["type"] not in (
        "product",
        "value_error",
    ):
        reason = f"{reason}, got {mistake['input']!r}"
    return f"{file}:{line}: {'.'.join(keys) or 'file'}: {reason}"


def _locate(tree: Any, loc: Loc) -> tuple[tuple[str, ...], int]:
    """The keys of the file along pydantic's path, and the line of the last one."""
    if loc[:1] in (("features",), ("derived",)):
        loc = loc[:2] + loc[3:]  # the third step is the tag of a union's member, which is not in the file
    keys: list[str] = []
    line = 1
    node = tree
    for step in loc:
        if isinstance(node, Mapping) and step in node:
            line = node.lc.key(step)[0] + 1  # type: ignore[attr-defined]
        elif isinstance(node, Sequence) and not isinstance(node, str) and isinstance(step, int):
            line = node.lc.item(step)[0] + 1  # type: ignore[attr-defined]
        else:
            continue
        keys.append(str(step))
        node = node[step]
    return tuple(keys), line


def _nearest(wrong: str, loc: Loc) -> str:
    keys = _allowed_keys(loc)
    close = get_close_matches(wrong, keys, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(keys)}"


def _allowed_keys(loc: Loc) -> list[str]:
    """The keys allowed at the last step of pydantic's path; walks the fields of Product along it."""
    model: type[BaseModel] | None = Product
    for step in loc[:-1]:
        field = model.model_fields.get(str(step)) if model else None
        if field is None:
            model = TAGS.get(str(step), model)
            continue
        kind = field.annotation
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return sorted(model.model_fields) if model else []
