"""Alarms on simulated days: streams of rows that no model has seen, without a change, with harm, with a harmless drift.

Each table is split into training, hold-out and a pool of which each day's rows are drawn; the pool's tenth part is
labelled. The checks are those of watch.sh, with the defaults of `watch:`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Annotated, Any

import numpy as np
import typer
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.metrics.metrics import chosen
from core.spec.metric_names import Task
from core.spec.watch import Watch
from watch.checks import FEATURE, PREDICTIONS, STEADY, Check, answered_values, checks, detectors, verdict
from watch.drift import Profile
from watch.evidence import Detector
from watch.promise import Promise
from watch.rows import Answered

LABELLED = 0.1  # of a day's rows
QUIET = 30  # days before a change
PATIENCE = 365  # days after it
HEAD = (
    "| stream | task | checks | alarms, no change | alarms, harmless drift | found, other target | found, hard rows "
    "| error of the estimate |",
    "|---|---|---|---|---|---|---|---|",
)
Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]  # (rows' places in the pool, their targets)


@dataclass(frozen=True)
class Stream:
    """A model, its checks, and the pool of rows that it has not seen."""

    name: str
    task: Task
    promise: Promise
    checks: list[Check]
    columns: np.ndarray
    scores: np.ndarray
    target: np.ndarray

    def day(self, places: np.ndarray, target: np.ndarray, rng: np.random.Generator) -> Answered:
        """Rows of the pool, of which some have a label."""
        truth = np.where(rng.random(len(places)) < LABELLED, target, np.nan)
        columns = {str(place): self.columns[places, place] for place in range(self.columns.shape[1])}
        today = np.full(len(places), np.datetime64("2026-01-01"))
        return Answered(places.astype(object), today, self.scores[places], columns, truth, np.full(len(places), np.nan))


def tables() -> Iterator[tuple[str, Task, np.ndarray, np.ndarray, Any]]:
    """Name, task, columns, target, and a model to be fitted."""
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    yield "breast_cancer", "binary", *datasets.load_breast_cancer(return_X_y=True), linear
    yield "digits", "multiclass", *datasets.load_digits(return_X_y=True), linear
    yield "diabetes", "regression", *datasets.load_diabetes(return_X_y=True), LinearRegression()
    boosted = HistGradientBoostingClassifier(max_iter=60, random_state=0)
    moons = datasets.make_moons(6000, noise=0.4, random_state=0)
    yield "moons", "binary", *moons, boosted
    shares: dict[str, Any] = {"n_samples": 6000, "n_features": 12, "n_informative": 6, "flip_y": 0.1, "random_state": 0}
    yield "imbalanced", "binary", *datasets.make_classification(weights=[0.85], **shares), boosted
    yield "four classes", "multiclass", *datasets.make_classification(n_classes=4, **shares), boosted
    friedman = datasets.make_friedman1(6000, noise=2, random_state=0)
    yield "friedman", "regression", *friedman, HistGradientBoostingRegressor(max_iter=60, random_state=0)
    yield "plane", "regression", *datasets.make_regression(6000, 10, noise=50, random_state=0), LinearRegression()


def stream(name: str, task: Task, columns: np.ndarray, target: np.ndarray, model: Any) -> Stream:
    """Fit on 40 % of the rows; 20 % are the hold-out, 40 % the pool."""
    order = np.random.default_rng(0).permutation(len(target))
    train, holdout, pool = np.split(order, [int(0.4 * len(order)), int(0.6 * len(order))])
    model.fit(columns[train], target[train])
    held = scores_of(model, columns[holdout], task)
    promise = Promise(task, held, target[holdout].astype(float))
    strength = permutation_importance(model, columns[holdout], target[holdout], n_repeats=3, random_state=0)
    shares = np.maximum(strength.importances_mean, 0)
    shares = shares / (shares.sum() or 1)
    reference = columns[np.concatenate([train, holdout])]
    profiles = [
        Profile.of(str(place), reference[:, place], float(shares[place]), categorical=False)
        for place in range(columns.shape[1])
    ]
    predictions = Profile.of(PREDICTIONS, answered_values(held), 1.0, categorical=held.ndim > 1)
    made = checks(promise, profiles, predictions, Watch())
    scores = scores_of(model, columns[pool], task)
    return Stream(name, task, promise, made, columns[pool], scores, target[pool].astype(float))


def scores_of(model: Any, columns: np.ndarray, task: Task) -> np.ndarray:
    if task == "regression":
        return np.asarray(model.predict(columns), dtype=float)
    shares = np.asarray(model.predict_proba(columns), dtype=float)
    return shares[:, 1] if task == "binary" else shares


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
    """Harm that needs no labels: nearly all rows are those of which the model is least certain."""
    losses = stream.promise.expected(stream.scores)
    hard = np.argsort(-losses, kind="stable")[: max(20, len(losses) // 20)]

    def draw(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        places = rng.choice(hard, rows)
        return places, stream.target[places]

    return draw


def harmless(stream: Stream) -> Draw | None:
    """A drift that does not matter: small values of a feature of little importance are three times as frequent.

    None if every feature is important enough to be watched.
    """
    watched = {check.name for check in stream.checks}
    little = [place for place in range(stream.columns.shape[1]) if f"{FEATURE}{place}" not in watched]
    if not little:
        return None
    values = stream.columns[:, little[-1]]
    weights = np.where(values <= np.median(values), 3.0, 1.0)

    def draw(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        places = rng.choice(len(values), rows, p=weights / weights.sum())
        return places, stream.target[places]

    return draw


def look(stream: Stream, evidence: dict[str, Detector], rows: Answered) -> bool:
    """Whether an alarm of any check is raised after one more day."""
    for check in stream.checks:
        if len(values := check.values(rows)):
            evidence[check.name].look(evidence[check.name].growth(values))
    return verdict(stream.checks, evidence)[0] != STEADY


def alarms(stream: Stream, draw: Draw, days: int, rows: int, seed: int) -> int:
    """How many alarms are raised in so many days; after each, the evidence begins anew."""
    rng, evidence, raised = np.random.default_rng(seed), detectors(stream.checks), 0
    for _ in range(days):
        if look(stream, evidence, stream.day(*draw(rng, rows), rng)):
            evidence, raised = detectors(stream.checks), raised + 1
    return raised


def rows_to_find(stream: Stream, draw: Draw, rows: int, seed: int) -> int | None:
    """Rows after the change until the alarm; None if it is not found, or raised before."""
    rng, evidence = np.random.default_rng(seed), detectors(stream.checks)
    for day in count(1):
        now = draw if day > QUIET else unchanged(stream)
        if look(stream, evidence, stream.day(*now(rng, rows), rng)):
            return None if day <= QUIET else (day - QUIET) * rows
        if day == QUIET + PATIENCE:
            return None
    return None


def estimate_error(stream: Stream, rows: int, repeats: int) -> float:
    """Mean distance of the estimate from the truth, as a share of the greatest loss, over mixtures with hard rows."""
    rng, errors = np.random.default_rng(0), []
    for repeat in range(repeats):
        hard = rng.random(20 * rows) < repeat / repeats
        places = np.where(hard, hard_rows(stream)(rng, 20 * rows)[0], unchanged(stream)(rng, 20 * rows)[0])
        scores, target = stream.scores[places], stream.target[places]
        truth = stream.promise.losses(scores, target).mean()
        errors.append(abs(stream.promise.expected(scores).mean() - truth))
    return float(np.mean(errors))


def found(stream: Stream, draw: Draw, rows: int, repeats: int) -> str:
    results = [rows_to_find(stream, draw, rows, seed) for seed in range(repeats)]
    detected = [result for result in results if result is not None]
    median = f"{int(np.median(detected)):,} rows" if detected else "none"
    return f"{len(detected)}/{repeats}, {median}"


def is_harm(stream: Stream, draw: Draw) -> bool:
    """Whether performance is worse than what is allowed."""
    places, target = draw(np.random.default_rng(0), 20_000)
    return float(stream.promise.losses(stream.scores[places], target).mean()) > stream.promise.allowed_loss


def main(
    days: Annotated[int, typer.Option(help="Simulated days of a stream without harm; each is a look.")] = 1000,
    rows: Annotated[int, typer.Option(help="Rows of a day; a tenth has labels.")] = 50,
    repeats: Annotated[int, typer.Option(help="Streams with planted harm, of each table.")] = 20,
) -> None:
    """Print a Markdown table."""
    print("\n".join(HEAD))
    for name, task, columns, target, model in tables():
        simulated = stream(name, task, columns, target, model)
        cells = [name, task, str(len(simulated.checks))]
        for quiet in (unchanged(simulated), harmless(simulated)):
            cells.append("none possible" if quiet is None else str(alarms(simulated, quiet, days, rows, seed=1)))
        for planted in (other_truth(simulated), hard_rows(simulated)):
            cells.append(found(simulated, planted, rows, repeats) if is_harm(simulated, planted) else "no harm")
        cells.append(f"{estimate_error(simulated, rows, repeats):.3f}")
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    typer.run(main)
