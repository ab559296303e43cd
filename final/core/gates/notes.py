"""Reasons to doubt a green run that no gate can decide."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from core.spec.metric_names import KINDS, MetricName
from core.spec.product import Product
from core.table import csv_file
from core.table.disagreement import disagreement
from core.table.duplicates import copies
from core.table.header import header
from core.table.keys import Key, keys
from core.table.typed import without_weight

ROWS = 50_000  # in which keys are looked for
FEW_ROWS = 100  # of the hold-out; with fewer a metric is very uncertain
LEAST_ROWS = 30  # with fewer a perfect score may be luck
PERFECT = 0.9995
MANY_DISAGREE = 0.05  # of the rows
CLEARLY = 0.9  # of the resamples, as the champion has to be beaten


def doubts(metrics: Path, metric: MetricName, table: Path | None = None) -> list[str]:
    """Lines for the terminal about the figures in metrics.json and table.json; none if nothing is doubtful."""
    about_table = json.loads(table.read_bytes()).get("notes", []) if table is not None else []
    return [f"note: {sentence}" for sentence in [*about_table, *notes(json.loads(metrics.read_bytes()), metric)]]


def notes_on_table(table: pd.DataFrame, raw: Path, product: Product) -> list[str]:
    """Sentences about the rows of `raw`, of which `table` has the columns that are used."""
    sentences = []
    if product.gates.data.repeated_rows is not None:
        repeated = len(copies(without_weight(table.drop(columns=[product.id] if product.id else []), product)))
        sentences.append(
            f"{repeated:,} of {len(table):,} rows repeat an earlier row; gates.data.repeated_rows allows them"
        )
    outcome = disagreement(table, product.contract)
    if outcome.rows >= MANY_DISAGREE * len(table):
        best = "r2" if product.target.task == "regression" else "accuracy"
        sentences.append(
            f"{outcome.rows:,} of {len(table):,} rows have the features of another row and another "
            f"{product.target.name}: no model can exceed {best} {outcome.attainable:.3f}"
        )
    if product.split.group is not None:
        groups = int(product.split.holdout * table[product.split.group].nunique())
        if groups < FEW_ROWS:
            sentences.append(
                f"the hold-out has rows of about {groups} {product.split.group} only: its figures are as uncertain as "
                "those of so many rows"
            )
    if product.split.group is None and product.split.by is None:
        sentences += _known_keys(table.head(ROWS), raw, product)
    return sentences


def _known_keys(table: pd.DataFrame, raw: Path, product: Product) -> list[str]:
    """A sentence if a column, used or ignored, names whose rows they are and these are on both sides of the split."""
    ignored = [name for name in header(raw) if name in product.ignore]
    if ignored:
        arrow = csv_file.read(raw, ignored, []).slice(0, ROWS)
        table = table.assign(**{name: pd.Series(csv_file.objects(arrow[name]), dtype=object) for name in ignored})
    target = product.target.name
    candidates = [name for name in map(str, table) if name not in (target, product.id, product.weight)]
    return [
        f"{key.name} repeats ({key.evidence(target)}) and its rows are on both sides of the split: the score is of a "
        f"{key.name} that the model knows; {_remedy(key)}"
        for key in keys(table, candidates, target)[:1]
    ]


def _remedy(key: Key) -> str:
    if key.can_split:
        return f"split: {{group: {key.name}}} in product.yaml tests on new ones"
    return "get rows of more to test on new ones"


def notes(figures: dict[str, Any], metric: MetricName) -> list[str]:
    """Sentences about the figures of the last test."""
    rows, value = figures["rows"], figures["metrics"][metric]["value"]
    sentences = []
    if sentence := _no_better_than_linear(figures, metric):
        sentences.append(sentence)
    if rows < FEW_ROWS:
        sentences.append(f"the hold-out has only {rows} rows; {metric} {value:.3f} is very uncertain")
    if rows >= LEAST_ROWS and KINDS[metric].higher_is_better and value >= PERFECT:
        sentences.append(
            f"{metric} {value:.3f} over {rows} rows is too good to be true if a column, or several together, is "
            "known only after the target: the report shows which columns drive the model"
        )
    return sentences


def _no_better_than_linear(figures: dict[str, Any], metric: MetricName) -> str:
    """A sentence if the model is not clearly better than a linear one on the hold-out; empty otherwise."""
    if "beside_linear" not in figures:
        return ""
    value, linear = figures["metrics"][metric]["value"], figures["linear"][metric]
    share = figures["beside_linear"]["better"]
    if share >= CLEARLY or (KINDS[metric].higher_is_better and value >= PERFECT):
        return ""
    return (
        f"{metric} {value:.3f} is not clearly better than a linear model's {linear:.3f} on the same hold-out: it is in "
        f"{share:.0%} of the bootstrap's resamples"
    )
