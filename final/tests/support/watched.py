"""A small champion with its reference, and a prediction log of rows that it answered."""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from core.metrics.classes import codes
from service.model.live import Live
from service.prediction_log.columns import Entry, LogColumns
from service.prediction_log.files import LogFolder
from service.prediction_log.labels import Label, keep
from tests.support.small_live import small_live
from tests.support.small_product import product, table
from watch.checks import PREDICTIONS, answered_values
from watch.drift import Profile
from watch.promise import Promise
from watch.reference import Reference
from watch.rows import model_columns

DAY = 86_400.0


@cache
def reference(task: str = "binary") -> Reference:
    """Every feature has the same importance; the hold-out is the last rows of a table like that of the training."""
    declared, live, rows = product(task, "linear"), small_live(task), many(task)
    model = live.require_model()
    scores, columns = model.scores(rows), model_columns(model, rows)
    categorical = set(model.features.categorical)
    profiles = [Profile.of(name, values, 0.3, name in categorical) for name, values in columns.items()]
    promise = Promise(declared.target.task, scores, codes(rows["y"], declared.target), declared.watch)
    predictions = Profile.of(PREDICTIONS, answered_values(scores), 1.0, scores.ndim > 1)
    return Reference(declared, live, promise, profiles, predictions)


def many(task: str) -> pd.DataFrame:
    """Rows that the model has not seen."""
    return table(task, 2000).iloc[400:]


def log_rows(folder: Path, rows: pd.DataFrame, live: Live, start: int = 0, day: float = 0.0, **columns: Any) -> None:
    """One file of the log: rows as requests start, start + 1, ..., with the product's `ids` if they are given.

    `columns` are given to LogColumns.
    """
    ids = columns.pop("ids", [None] * len(rows))
    contract = live.serving.contract
    logged = LogColumns(contract.features, columns.pop("model", live.version), **columns)
    answers = live.answers.of(live.require_model().scores(rows))
    table = rows[list(contract.features)].to_dict("records")
    checked = [
        live.rows.one_or_error(live.rows.loose({str(name): cell for name, cell in row.items()})) for row in table
    ]
    entries = [
        Entry(day * DAY + number, b"%d" % (start + number), tuple(row.__dict__.values()), answer, key)
        for number, (row, answer, key) in enumerate(zip(checked, answers, ids, strict=True))
    ]
    LogFolder(folder, 10**9, 10**4).write([logged.batch(entries)])


def label_rows(folder: Path, labels: list[Any], start: int = 0) -> None:
    """What was true of the requests start, start + 1, ..."""
    keep(LogFolder(folder, 0, 0), [Label(str(start + number), None, str(label)) for number, label in enumerate(labels)])
