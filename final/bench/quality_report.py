"""The printed tables of bench/quality.sh: models by task, and the product against each of them."""

import json
import subprocess
from collections.abc import Iterable, Sequence

import pandas as pd

from bench.environments import PEERS, python_of
from bench.quality_results import Result
from core.metrics.metrics import gain
from core.spec.metric_names import COMPARED, KINDS, MetricName, Task

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
REFERENCE = "catboost"  # has Elo 1000


def error(metric: MetricName, value: float) -> float:
    """Lower is better, and 0 is perfect."""
    return 1 - value if KINDS[metric].higher_is_better else value


def report(results: Sequence[Result], models: Sequence[str], folds: int) -> str:
    """Two markdown tables, of the tables that each of `models` has finished: all of its `folds`."""
    rows = pd.DataFrame([_row(result) for result in results])
    if rows.empty:
        return "no table is measured"
    finished = rows.groupby(["table", "model"]).size().unstack(fill_value=0)
    complete = finished.index[(finished.reindex(columns=list(models), fill_value=0) == folds).all(axis=1)]
    rows = rows[rows["table"].isin(complete)]
    if len(models) < 2 or rows.empty:
        return f"{len(complete)} tables are finished by all of {', '.join(models)}: nothing to compare"
    counts = ", ".join(f"{task} {rows[rows['task'] == task]['table'].nunique()}" for task in TASKS)
    return "\n".join(
        [
            f"{len(complete)} tables ({counts}), {folds} folds each",
            "",
            *_ranking(rows, models),
            "",
            *_against(rows, models),
        ]
    )


def _row(result: Result) -> dict[str, object]:
    metric = COMPARED[result.task]
    return {
        "table": result.table,
        "task": result.task,
        "fold": f"{result.repeat}/{result.fold}",
        "model": result.model,
        "error": error(metric, result.metrics[metric]),
        "seconds": result.train_seconds,
        "processors": result.processor_seconds,
        "microseconds": result.microseconds,
        **result.metrics,
    }


def _ranking(rows: pd.DataFrame, models: Sequence[str]) -> Iterable[str]:
    """By task: on how many tables each model is the best, mean rank, Elo, and medians of the tables' times."""
    headings = ["tables", "model", "best on", "mean rank", "Elo (95 %)", "seconds to train (of processors)"]
    yield f"| {' | '.join([*headings, 'microseconds a row'])} |"
    yield "|---|---|---|---|---|---|---|"
    for name, part in [("all", rows), *((task, rows[rows["task"] == task]) for task in TASKS)]:
        if part.empty:
            continue
        errors = part.groupby(["table", "model"])["error"].mean().unstack()
        best = errors.eq(errors.min(axis=1), axis=0).sum()
        times = part.groupby(["model", "table"])[["seconds", "processors", "microseconds"]].mean()
        medians = times.groupby("model").median()
        for model, figures in sorted(_leaderboard(part, models).items(), key=lambda item: item[1]["rank"]):
            seconds, processors, microseconds = medians.loc[model]
            elo = f"{figures['elo']:.0f} (-{figures['elo-']:.0f}, +{figures['elo+']:.0f})"
            yield (
                f"| {name} | {model} | {best[model]} | {figures['rank']:.2f} | {elo} | "
                f"{seconds:.1f} ({processors:.1f}) | {microseconds:.0f} |"
            )


def _leaderboard(rows: pd.DataFrame, models: Sequence[str]) -> dict[str, dict[str, float]]:
    """Elo, its distances to the ends of the interval, and mean rank of each model."""
    named = rows.rename(
        columns={"table": "task", "task": "kind", "fold": "seed", "model": "method", "error": "metric_error"}
    )
    sent = named[["method", "task", "seed", "metric_error"]].to_json(orient="records")
    reference = REFERENCE if REFERENCE in models else models[0]
    command = [str(python_of("tabular")), str(PEERS / "leaderboard.py"), reference]
    done = subprocess.run(command, input=sent, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, dict[str, float]] = json.loads(done.stdout)
    return figures


def _against(rows: pd.DataFrame, models: Sequence[str]) -> Iterable[str]:
    """On how many tables the first model is ahead of each other, and on how many clearly behind."""
    columns: list[tuple[Task, MetricName]] = [
        ("binary", "roc_auc"),
        ("binary", "log_loss"),
        ("multiclass", "log_loss"),
        ("multiclass", "accuracy"),
        ("regression", "rmse"),
        ("regression", "mae"),
    ]
    yield f"| {models[0]} is ahead of | {' | '.join(f'{task}, {metric}' for task, metric in columns)} |"
    yield f"|---{'|---' * len(columns)}|"
    for other in models[1:]:
        yield f"| {other} | {' | '.join(_wins(rows, task, metric, models[0], other) for task, metric in columns)} |"


def _wins(rows: pd.DataFrame, task: Task, metric: MetricName, ours: str, other: str) -> str:
    """`11 of 20 (2)`: ahead on 11, and on 2 behind by more than the standard error of the other's mean of the folds."""
    of_task = rows[rows["task"] == task]
    if of_task.empty:
        return ""
    by_model = of_task.groupby(["model", "table"])[metric]
    means, errors = by_model.mean(), by_model.sem()
    gains = pd.Series({table: gain(metric, means[ours][table], means[other][table]) for table in means[ours].index})
    return f"{(gains > 0).sum()} of {len(gains)} ({(gains < -errors[other]).sum()})"
