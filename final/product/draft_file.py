"""The drafted product.yaml as text: what was guessed, and beside it why."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from product.guess import LEFT_OUT, Guess
from product.source_declaration import Source
from product.time_guess import HOLDOUT, VALIDATION

PLAIN = re.compile(r"[A-Za-z_][\w]*( [\w]+)*")
WORDS = {"yes", "no", "true", "false", "on", "off", "null", "none", "y", "n"}
SEAL = "# draft "


def text(
    name: str, title: str, source: Source, guesses: Iterable[Guess], rows: int, order: tuple[str | None, str]
) -> str:
    """The file; its last line tells whether somebody has edited it since.

    `order` is the date to split by, if there is one, and why it is or is not.
    """
    by, why = order
    every = list(guesses)
    target = next(g for g in every if g.kind == "target")
    given_id = next((g for g in every if g.kind == "id"), None)
    ignored = [g for g in every if g.kind == LEFT_OUT]
    lines = [
        f"# Drafted from a table of {rows:,} rows; each guess has its evidence beside it. Correct what is wrong, and",
        f"# run bash final/pipeline.sh {name} again: it says what changed.",
        f"name: {name}",
        f"title: {scalar(title)}",
        f"description: {scalar(f'Predicts {target.name} from the other columns of {title}')}",
        "",
        "source:",
        *_mapping(source.model_dump(mode="json", exclude_defaults=True), 1),
        "",
    ]
    if given_id is not None:
        lines += [f"id: {scalar(given_id.name)}  # {given_id.evidence}; rows are split by its hash", ""]
    elif by is None:
        lines += [
            "# no column is an id: rows are split by a hash of the whole row, so that equal rows stay together",
            "",
        ]
    if ignored:
        lines += ["ignore:", *(f"  - {scalar(g.name)}  # {g.evidence}" for g in ignored), ""]
    lines += ["target:", f"  # {target.evidence}", *_mapping(target.settings, 1), "", "features:"]
    for guess in every:
        if guess.kind not in ("target", "id", LEFT_OUT):
            lines += [f"  {scalar(guess.name)}:", f"    type: {guess.kind}  # {guess.evidence}"]
            lines += _mapping(guess.settings, 2)
    shares = f"holdout: {HOLDOUT:g}, validation: {VALIDATION:g}"
    split = f"split: {{by: {scalar(by)}, {shares}}}" if by else f"split: {{{shares}, seed: 0}}"
    lines += ["", *([f"# {why}"] if why else []), split, "", "gates:", *_gates(target, rows)]
    body = "\n".join(lines) + "\n"
    return body + seal(body) + "\n"


def seal(body: str) -> str:
    return (
        f"{SEAL}{hashlib.sha256(body.encode()).hexdigest()[:16]}: as it was written; whoever edits the file leaves this"
    )


def is_edited(content: str) -> bool:
    """Whether somebody changed the file since it was drafted, or wrote it by hand."""
    body, mark, _ = content.rpartition(SEAL)
    return not mark or content != body + seal(body) + "\n"


def scalar(value: Any) -> str:
    """A YAML scalar: quoted where it could be read as something else."""
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value.lower() not in WORDS
        quoted = json.dumps(value, ensure_ascii=False)
        seen = "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)
        return value if plain else seen
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _mapping(values: dict[str, Any], depth: int) -> list[str]:
    lines: list[str] = []
    for key, value in values.items():
        start = f"{'  ' * depth}{scalar(key)}:"
        if isinstance(value, dict):
            lines += [start, *_mapping(value, depth + 1)]
        elif isinstance(value, list | tuple):
            lines.append(f"{start} [{', '.join(scalar(v) for v in value)}]")
        else:
            lines.append(f"{start} {scalar(value)}")
    return lines


def _gates(target: Guess, rows: int) -> list[str]:
    """Floors that any useful model passes; to be raised to what the product needs."""
    task = target.settings["task"]
    limits = {
        "binary": ["  metric: roc_auc  # a coin has 0.5", "  floor: 0.6  # raise it to what the product needs"],
        "multiclass": ["  metric: accuracy", "  floor: 0.1  # raise it to what the product needs",
                       "  above_baseline: 0.02  # better than always the commonest class"],
        "regression": ["  metric: r2  # the mean has 0", "  floor: 0.1  # raise it to what the product needs"],
    }[task]  # fmt: skip
    return [*limits, "  data:", f"    min_rows_per_class: {10 if rows < 2000 else 50}"]
