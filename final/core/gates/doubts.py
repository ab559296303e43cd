"""Reasons to doubt the figures of a green run that no gate can decide."""

import json
from pathlib import Path
from typing import Any

from core.spec.metric_names import KINDS, MetricName

FEW_ROWS = 100  # of the hold-out; with fewer a metric is very uncertain
LEAST_ROWS = 30  # with fewer a perfect score may be luck
PERFECT = 0.9995
CLEARLY = 0.9  # of the resamples, as the champion has to be beaten


def doubts(metrics: Path, metric: MetricName, table: Path | None = None) -> list[str]:
    """Lines for the terminal about the figures in metrics.json and table.json; none if nothing is doubtful."""
    about_table = json.loads(table.read_bytes()).get("notes", []) if table is not None else []
    return [f"note: {sentence}" for sentence in [*about_table, *notes(json.loads(metrics.read_bytes()), metric)]]


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
