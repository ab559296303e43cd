"""What Evidently and NannyML say of the same simulated rows, in an environment of their own."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bench.alarm_streams import Columns, Stream, days, hard_rows, unchanged
from bench.references import answers
from watch.rows import Answered

ENVIRONMENT = "watchers"
DATASET_DRIFT = 0.5  # share of columns, Evidently's default
ESTIMATES = (
    "| stream | task | rows of the hold-out | ours | NannyML | the hold-out's performance | NannyML's seconds |",
    "|---|---|---|---|---|---|---|",
)
DRIFT = (
    "| stream | columns | rows of the reference | days | a column drifted | half of the columns drifted "
    "| seconds of a report |",
    "|---|---|---|---|---|---|---|",
)


def mixtures(stream: Stream, rows: int, repeats: int) -> Iterator[np.ndarray]:
    """Places of so many rows each, from those of an unchanged day to hard ones alone."""
    rng = np.random.default_rng(0)
    for repeat in range(repeats):
        hard = rng.random(rows) < repeat / repeats
        yield np.where(hard, hard_rows(stream)(rng, rows)[0], unchanged(stream)(rng, rows)[0])


def numbers(columns: Columns, stream: Stream) -> np.ndarray:
    """Shape (n, F): categories as codes, which are the same for all rows of a stream; NaN for missing."""
    made: list[np.ndarray] = []
    for name, values in columns.items():
        if name not in stream.categorical:
            made.append(values)
            continue
        kinds = np.unique(np.concatenate([stream.reference[name], stream.columns[name]]).astype(str))
        texts = values.astype(str)
        made.append(np.where(texts == "", np.nan, np.searchsorted(kinds, texts)))
    return np.column_stack(made)


def is_categorical(stream: Stream) -> np.ndarray:
    return np.array([name in stream.categorical for name in stream.columns])


def estimate_table(streams: Sequence[Stream], rows: int, repeats: int) -> str:
    """Mean distance of estimates from the truth: points of accuracy, or shares of the mean absolute error's unit."""
    places = [list(mixtures(stream, rows, repeats)) for stream in streams]
    problems = [_estimate_problem(stream, mixed, rows) for stream, mixed in zip(streams, places, strict=True)]
    peers = answers("nannyml_estimates.py", problems, ENVIRONMENT)
    lines = [*ESTIMATES]
    for stream, mixed, peer in zip(streams, places, peers, strict=True):
        truth = np.array([plain_loss(stream, chosen) for chosen in mixed])
        ours = np.array([stream.promise.expected(stream.scores[chosen]).mean() for chosen in mixed])
        is_regression = stream.task == "regression"
        theirs = peer["estimates"] / stream.promise.unit if is_regression else 1 - peer["estimates"]
        holdout = stream.promise.losses(stream.promise.scores, stream.promise.target).mean()
        errors = [f"{np.abs(estimate - truth).mean():.3f}" for estimate in (ours, theirs, holdout)]
        cells = [stream.name, stream.task, len(stream.promise.target), *errors, f"{float(peer['seconds']):.1f}"]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def plain_loss(stream: Stream, places: np.ndarray) -> float:
    """The mean loss as a reader takes it: of a regression no error is cut."""
    if stream.task != "regression":
        return float(stream.promise.losses(stream.scores[places], stream.target[places]).mean())
    return float(np.abs(stream.scores[places] - stream.target[places]).mean() / stream.promise.unit)


def _estimate_problem(stream: Stream, mixed: list[np.ndarray], rows: int) -> dict[str, Any]:
    together = np.concatenate(mixed)
    return {
        "is_regression": stream.task == "regression",
        "rows": rows,
        "held_scores": stream.promise.scores,
        "held_target": stream.promise.target,
        "held": numbers(stream.held, stream),
        "scores": stream.scores[together],
        "features": numbers(stream.columns, stream)[together],
        "categorical": is_categorical(stream),
    }


def drift_table(streams: Sequence[Stream], rows: int, days_of_each: int, seed: int) -> str:
    """On how many unchanged days Evidently's defaults say that something has drifted; a day is looked at by itself."""
    problems = [_drift_problem(stream, rows, days_of_each, seed) for stream in streams]
    lines = [*DRIFT]
    for stream, problem, peer in zip(
        streams, problems, answers("evidently_drift.py", problems, ENVIRONMENT), strict=True
    ):
        columns = len(problem["categorical"])
        any_column, many = peer["drifted"] > 0, peer["drifted"] >= DATASET_DRIFT * columns
        cells = [stream.name, columns, len(problem["reference"]), days_of_each, any_column.sum(), many.sum()]
        lines.append(f"| {' | '.join(map(str, cells))} | {float(peer['preset_seconds']):.1f} |")
    return "\n".join(lines)


def _drift_problem(stream: Stream, rows: int, days_of_each: int, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    simulated: Iterator[Answered] = days(stream, unchanged(stream), rows, rng)
    values = numbers(stream.columns, stream)
    reference = numbers(stream.reference, stream)
    varying = np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in reference.T])
    return {
        "reference": reference[:, varying],
        "categorical": is_categorical(stream)[varying],
        "days": np.stack([values[next(simulated).ids.astype(int)][:, varying] for _ in range(days_of_each)]),
    }
