"""Models with rows that they have not seen, and simulated days of these: without a change, with harm, with drift.

Each table is split into training, hold-out and a pool of which each day's rows are drawn; the pool's tenth part is
labelled. Models are the product's CatBoost of `quality: fast`; the checks are its own, with the defaults of `watch:`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from bench.quality_tables import BUNDLED, Table
from core.metrics.classes import codes
from core.metrics.metrics import chosen
from core.model.training import fit
from core.spec.metric_names import Task
from core.spec.watch import Watch
from watch.checks import FEATURE, Check, checks
from watch.drift import indicators
from watch.promise import Promise
from watch.reference import feature_profiles, prediction_profile
from watch.rows import Answered, model_columns

LABELLED = 0.1  # of a day's rows
PUBLIC = (
    "saheart",
    "german",
    "oj",
    "attrition",
    "phoneme",
    "mlc_churn",
    "vehicle",
    "contraceptive",
    "beps",
    "segment",
    "chile",
    "hitters",
    "car_prices",
    "concrete",
    "nhefs",
    "wage",
)
NAMES = (*BUNDLED, *PUBLIC)
Columns = dict[str, np.ndarray]
Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]  # (rows' places in the pool, their targets)


@dataclass(frozen=True)
class Stream:
    """A model, its checks, the rows they are made of, and the pool of rows that the model has not seen."""

    name: str
    task: Task
    promise: Promise
    checks: list[Check]
    categorical: frozenset[str]
    reference: Columns  # of training and hold-out
    held: Columns
    columns: Columns
    scores: np.ndarray
    target: np.ndarray

    def day(self, places: np.ndarray, target: np.ndarray, rng: np.random.Generator) -> Answered:
        """Rows of the pool, of which some have a label."""
        truth = np.where(rng.random(len(places)) < LABELLED, target, np.nan)
        columns = {name: values[places] for name, values in self.columns.items()}
        today = np.full(len(places), np.datetime64("2026-01-01"))
        return Answered(places.astype(object), today, self.scores[places], columns, truth, np.full(len(places), np.nan))


def stream(table: Table) -> Stream:
    """Fit on 40 % of the rows, of which a fifth validates; 20 % are the hold-out, 40 % the pool."""
    target = table.contract.target
    train, untrained = _split(table, table.rows, 0.6)
    holdout, pool = _split(table, untrained, 2 / 3)
    settings = table.settings.model_copy(update={"estimator": "catboost", "quality": "fast"})
    model = fit(table.contract, settings, _split(table, train, 0.2)).model
    held = model.scores(holdout)
    promise = Promise(target.task, held, codes(holdout[target.name], target))
    watched = checks(promise, feature_profiles(model, [train, holdout]), prediction_profile(held), Watch())
    return Stream(
        table.name,
        target.task,
        promise,
        watched,
        frozenset(model.features.categorical),
        model_columns(model, pd.concat([train, holdout], ignore_index=True)),
        model_columns(model, holdout),
        model_columns(model, pool),
        model.scores(pool),
        codes(pool[target.name], target).astype(float),
    )


def _split(table: Table, rows: pd.DataFrame, share: float) -> list[pd.DataFrame]:
    """Two parts, of which the second has this share; classes keep theirs."""
    kinds = None if table.contract.target.task == "regression" else rows[table.contract.target.name]
    parts: list[pd.DataFrame] = train_test_split(rows, test_size=share, stratify=kinds, random_state=0)
    return parts


def days(stream: Stream, draw: Draw, rows: int, rng: np.random.Generator) -> Iterator[Answered]:
    """Without end."""
    while True:
        yield stream.day(*draw(rng, rows), rng)


def unchanged(stream: Stream) -> Draw:
    def draw(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        places = rng.integers(0, len(stream.target), rows)
        return places, stream.target[places]

    return draw


def other_truth(stream: Stream) -> Draw:
    """Harm that labels alone show: the target is another one, so that performance is worse than allowed."""
    wrong = min(0.95, stream.promise.allowed_loss + 0.1)

    def draw(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        places = rng.integers(0, len(stream.target), rows)
        if stream.task == "regression":
            sign = np.where(rng.random(rows) < 0.5, -1.0, 1.0)
            return places, stream.scores[places] + sign * stream.promise.unit * (2 * rng.random(rows) * wrong)
        answers = chosen(stream.scores[places])
        classes = 2 if stream.scores.ndim == 1 else stream.scores.shape[1]
        other = (answers + rng.integers(1, classes, rows)) % classes
        return places, np.where(rng.random(rows) < wrong, other, answers).astype(float)

    return draw


def hard_rows(stream: Stream) -> Draw:
    """Harm that needs no labels: all rows are those of which the model is least certain."""
    losses = stream.promise.expected(stream.scores)
    hard = np.argsort(-losses, kind="stable")[: max(20, len(losses) // 20)]

    def draw(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        places = rng.choice(hard, rows)
        return places, stream.target[places]

    return draw


def harmless(stream: Stream) -> Draw | None:
    """A drift that does not matter: one part of a feature of little importance is three times as frequent.

    Of a number the part is the lower half, of a category the commonest value. None if every feature is watched.
    """
    watched = {check.name for check in stream.checks}
    little = [name for name in stream.columns if FEATURE + name not in watched]
    if not little:
        return None
    name = little[-1]
    values = stream.columns[name]
    if name in stream.categorical:
        texts, counts = np.unique(values.astype(str), return_counts=True)
        part = values.astype(str) == texts[counts.argmax()]
    else:
        part = indicators(values, (float(np.nanmedian(values)),), categorical=False)[:, 0] == 1
    weights = np.where(part, 3.0, 1.0)

    def draw(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        places = rng.choice(len(values), rows, p=weights / weights.sum())
        return places, stream.target[places]

    return draw


def is_harm(stream: Stream, draw: Draw) -> bool:
    """Whether performance is worse than what is allowed."""
    places, target = draw(np.random.default_rng(0), 20_000)
    return float(stream.promise.losses(stream.scores[places], target).mean()) > stream.promise.allowed_loss
