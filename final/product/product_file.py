"""Reads product.yaml; an error names the file, the line, the key, the reason and the nearest right key."""

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from product.columns import TAGS
from product.declaration import Product
from product.errors import UserError
from product.paths import PRODUCTS, folder

Loc = tuple[str | int, ...]


class ProductError(UserError):
    """A product file that can't be used; str() is the whole message, one line per mistake."""


def load(name_or_path: str) -> Product:
    """Read and check one product file.

    Raises ProductError where the file is missing, is no YAML, or breaks a rule of `declaration`.
    """
    file = folder(name_or_path) / "product.yaml"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        known = sorted(p.parent.name for p in PRODUCTS.glob("*/product.yaml"))
        raise ProductError(f"{file}: no such product file. Products here: {', '.join(known) or 'none'}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ProductError(f"{file}: can't be read: {error}") from None
    return parse(text, file)


def parse(text: str, file: Path) -> Product:
    """The product that this text declares; `file` is for the messages. Raises ProductError."""
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProductError(f"{file}:{line}: not valid YAML: {error.problem}") from None
    if not isinstance(tree, Mapping):
        raise ProductError(f"{file}:1: must be a mapping of keys such as name, target, features")
    try:
        return Product.model_validate(_plain(tree))
    except ValidationError as error:
        lines = [_explain(file, tree, dict(mistake)) for mistake in error.errors(include_url=False)]
        raise ProductError("\n".join(dict.fromkeys(lines))) from None


def _plain(node: Any) -> Any:
    """The tree in plain types, so that no YAML type reaches the frozen objects."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [_plain(value) for value in node]
    if isinstance(node, date):  # a day without quotes; everywhere else it is text
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
    """The keys of the file that loc walks through, and the line of the last."""
    if loc[:1] in (("features",), ("derived",)):
        loc = loc[:2] + loc[3:]  # the third step is pydantic's, the member of the union
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
    known = _known_keys(loc)
    close = get_close_matches(wrong, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(known)}"


def _known_keys(loc: Loc) -> list[str]:
    """The keys allowed where loc's last step stands: walks the fields of Product along loc."""
    here: type[BaseModel] | None = Product
    for step in loc[:-1]:
        field = here.model_fields.get(str(step)) if here else None
        if field is not None:
            kind = field.annotation
            here = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
        else:
            here = TAGS.get(str(step), here)
    return sorted(here.model_fields) if here else []
