"""The drafted product.yaml as text: each guess with its evidence next to it."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.draft.guess import LEFT_OUT, WEIGHT, Guess
from core.draft.guess_order import HOLDOUT, VALIDATION
from core.draft.guess_split import SplitGuess
from core.spec.source import Source

PLAIN = re.compile(r"[A-Za-z_][\w]*( [\w]+)*")
WORDS = {"yes", "no", "true", "false", "on", "off", "null", "none", "y", "n"}
SEAL = "# draft "
COVERAGE = 0.9
FEW_ROWS = 200  # with fewer, the part of the table to learn from may be too small to promise something by
MOST_LUCK = 0.1  # of a drafted floor above its baseline, however few rows there are


@dataclass(frozen=True)
class Facts:
    """Facts about a whole table: its rows, its split, and sentences about how it is read.

    `groups` is the number of its groups, if it is split by them.
    `repeated` is the share of repeated rows to allow, if there are some, with its evidence; `left_out` are sentences
    about lines that are no rows. `quality` is that of the model, if it was asked for.
    """

    rows: int
    groups: int | None
    split: SplitGuess
    repeated: tuple[float, str] | None
    form: str
    left_out: Iterable[str]
    quality: str | None = None


def text(name: str, title: str, source: Source, guesses: Iterable[Guess], facts: Facts) -> str:
    """The file; its last line shows whether somebody has edited it since."""
    guesses = list(guesses)
    target = next(guess for guess in guesses if guess.kind == "target")
    lines = [
        f"# Drafted from a table of {facts.rows:,} rows; each guess has its evidence next to it. Correct what is",
        f"# wrong, and run bash final/pipeline.sh {name} again: it lists what changed.",
        f"name: {name}",
        f"title: {scalar(title)}",
        f"description: {scalar(f'Predicts {target.name} from the other columns of {title}')}",
        "",
        "source:",
        *([f"  # {comment(facts.form)}"] if facts.form else []),
        *(f"  # left out: {comment(sentence)}" for sentence in facts.left_out),
        *_mapping(_origin_first(source.model_dump(mode="json", exclude_defaults=True)), 1),
        "",
    ]
    lines += _id(guesses, facts.split)
    if ignored := [guess for guess in guesses if guess.kind == LEFT_OUT]:
        lines += ["ignore:", *(f"  - {scalar(guess.name)}  # {guess.comment}" for guess in ignored), ""]
    lines += [f"weight: {scalar(guess.name)}  # {guess.comment}\n" for guess in guesses if guess.kind == WEIGHT]
    lines += ["target:", f"  # {target.comment}", *_mapping(target.settings, 1), "", "features:"]
    for guess in guesses:
        if guess.is_feature:
            lines += [f"  {scalar(guess.name)}:", f"    type: {guess.kind}  # {guess.comment}"]
            lines += _mapping(guess.settings, 2)
    lines += ["", *_split(facts.split), ""]
    if facts.quality is not None:
        lines += [f"model: {{quality: {facts.quality}}}  # set by --quality", ""]
    if facts.rows >= FEW_ROWS:
        lines += [
            f"coverage: {COVERAGE}  # the set or interval of an answer holds the truth in this share of the rows",
            "",
        ]
    lines += ["gates:", *_gates(target, facts.rows, facts.groups)]
    if facts.repeated is not None:
        share, evidence = facts.repeated
        lines.append(f"    repeated_rows: {share:g}  # {evidence}")
    body = "\n".join(lines) + "\n"
    return body + seal(body) + "\n"


def _origin_first(settings: dict[str, Any]) -> dict[str, Any]:
    origin: dict[str, Any] = {key: settings[key] for key in ("path", "command", "sql") if key in settings}
    return {**origin, **settings}


def _id(guesses: Iterable[Guess], split: SplitGuess) -> list[str]:
    is_by_hash = split.by is None and split.group is None
    for guess in guesses:
        if guess.kind == "id":
            by_hash = "; rows are split by its hash" if is_by_hash else ""
            return [f"id: {scalar(guess.name)}  # {guess.evidence}{by_hash}", ""]
    if not is_by_hash:
        return []
    return ["# no column is an id: rows are split by a hash of the whole row, so that equal rows stay together", ""]


def _split(split: SplitGuess) -> list[str]:
    settings = {"by": split.by, "group": split.group}
    named = [f"{key}: {scalar(name)}" for key, name in settings.items() if name is not None]
    shares = [f"holdout: {HOLDOUT:g}", f"validation: {VALIDATION:g}"]
    seed = [] if split.by else ["seed: 0"]
    return [*(f"# {comment(reason)}" for reason in split.reasons), f"split: {{{', '.join([*named, *shares, *seed])}}}"]


def seal(body: str) -> str:
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    return f"{SEAL}{digest}: the hash of this draft; leave it when you edit the file"


def is_edited(content: str) -> bool:
    """Whether somebody changed the file since it was drafted, or wrote it by hand."""
    body, mark, _ = content.rpartition(SEAL)
    return not mark or content != body + seal(body) + "\n"


def scalar(value: Any) -> str:
    """A YAML scalar, quoted if it could be read as something else."""
    if isinstance(value, str):
        if PLAIN.fullmatch(value) and value.lower() not in WORDS:
            return value
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def comment(text: str) -> str:
    """Text that cannot end a comment."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


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


def _gates(target: Guess, rows: int, groups: int | None = None) -> list[str]:
    """A floor just above the baseline, which a model that learnt nothing reaches at most by luck.

    Rows of one group are alike, so that luck is that of as many rows as there are groups.
    """
    independent = rows if groups is None else groups
    tested = max(1, round(independent * HOLDOUT))
    unit = "rows" if groups is None else "groups"
    if target.settings["task"] == "regression":
        floor = round(min(MOST_LUCK, max(0.001, 1 / tested)), 3)
        baseline, metric = "always the mean has 0", "r2"
    else:
        floor = round(0.5 + min(MOST_LUCK, _luck([count * independent / rows for count in target.class_rows])), 3)
        baseline, metric = "random answers have 0.5", "roc_auc"
    is_large = rows >= 2000 and min(target.class_rows, default=rows) >= 50
    return [
        f"  metric: {metric}  # {baseline}",
        f"  floor: {floor:g}  # luck on a hold-out of {tested:,} {unit}; raise it to what the product needs",
        "  data:",
        f"    min_rows_per_class: {50 if is_large else 10}",
    ]


def _luck(class_rows: Sequence[float]) -> float:
    """The standard error of ROC AUC on the hold-out for random answers, of the mean of each class against the rest."""
    rows = HOLDOUT * sum(class_rows)
    squares = [(rows + 1) / (12 * HOLDOUT * count * (rows - HOLDOUT * count)) for count in class_rows]
    return math.sqrt(sum(squares) / len(squares) / (len(squares) - 1))
