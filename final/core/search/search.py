"""A search of settings by Optuna: `model: {search: N}` tries N of the settings that product.yaml leaves open.

The first trial is the settings as given. Each finished trial is kept in a journal in the product's folder, in a study
named after everything that it depends on. So a search that was killed continues, a larger N adds to the trials, and
another table or setting starts a new study. In one process the same seed gives the same trials, in one run or in
several, because the number of finished trials seeds the sampler.
"""

import hashlib
import math
import operator
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from importlib.metadata import version
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from core.base.errors import UserError
from core.search import cross_validation
from core.search.journal import journal
from core.search.space import readable, space, suggest
from core.search.workers import Workers, workers
from core.spec.estimator import Model
from core.spec.product import Product

Say = Callable[[str], None]


class SearchError(UserError):
    """A search that cannot be made."""


def search(
    product: Product, train: pd.DataFrame, validation: pd.DataFrame, path: Path, say: Say
) -> tuple[Model, dict[str, Any]]:
    """The best settings, and the trials, for JSON. Raises SearchError, WorkerError."""
    settings = product.model
    count = settings.search or 0
    if not space(settings):
        raise SearchError(f"model.search: every setting of {settings.estimator} is given, so there is nothing to try")
    study = _study(product, train, validation, path)
    if earlier := len(_finished(study)):
        say(f"search: {earlier} trials are kept from earlier, {max(0, count - earlier)} to go")
    metric = cross_validation.measured(product.target.task)
    with workers() as team:
        submit = _submitter(team, product, train, validation)
        running: dict[Future[Any], optuna.Trial] = {}
        while running or len(_finished(study)) < count:
            while len(running) < team.width and len(_finished(study)) + len(running) < count:
                trial, tried = _next(study, settings, parallel=team.width > 1)
                running[submit(tried)] = trial
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                trial = running.pop(future)
                finished = _record(study, trial, future)
                say(f"trial {len(_finished(study))} of {count}: {_line(finished, metric, study.best_value)}")
    trials = _finished(study)[:count]
    best = min(range(len(trials)), key=lambda number: trials[number].values[0])
    summary = {
        "metric": metric,
        "folds": cross_validation.FOLDS,
        "best": best,
        "trials": [{"loss": trial.values[0], "settings": readable(trial.params)} for trial in trials],
    }
    return settings.model_copy(update=readable(trials[best].params)), summary


def _submitter(
    team: Workers, product: Product, train: pd.DataFrame, validation: pd.DataFrame
) -> Callable[[Model], "Future[Any]"]:
    """A function that starts the measurement of some settings; the tables are sent to the workers once."""
    loss, contract, rows, stopping = map(team.share, (cross_validation.loss, product.contract, train, validation))
    call: Any = operator.call  # mypy cannot see through it

    def submit(settings: Model) -> "Future[Any]":
        return team.executor.submit(
            call, loss, contract, team.share(settings), team.share(product.split), rows, stopping
        )

    return submit


def _line(trial: FrozenTrial, metric: str, best: float) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in readable(trial.params).items())
    return f"{metric} {trial.values[0]:.4f}, best {best:.4f}; {settings or 'the settings as given'}"


def _study(product: Product, train: pd.DataFrame, validation: pd.DataFrame, path: Path) -> optuna.Study:
    """The study for these inputs; trials that a killed run left unfinished are marked as failed."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    inputs = [
        product.contract.hash(),
        product.model.model_dump_json(exclude={"search"}),
        str(product.split.by),
        str(product.split.group),
        *(hashlib.sha256(part.to_csv().encode()).hexdigest() for part in (train, validation)),
        *(version(name) for name in ("catboost", "scikit-learn", "optuna")),
    ]
    study = optuna.create_study(
        storage=journal(path),
        study_name=hashlib.sha256("\n".join(inputs).encode()).hexdigest(),
        load_if_exists=True,
    )
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
    return study


def _finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _next(study: optuna.Study, settings: Model, parallel: bool) -> tuple[optuna.Trial, Model]:
    """The settings as given, once; then suggestions of a tree-structured Parzen estimator (Bergstra et al. 2011)."""
    begun = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.RUNNING))
    seed = settings.seed + len(begun)
    study.sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=parallel)
    trial = study.ask()
    given_were_tried = any(not earlier.params for earlier in begun)
    return trial, suggest(trial, settings) if given_were_tried else settings


def _record(study: optuna.Study, trial: optuna.Trial, future: "Future[Any]") -> FrozenTrial:
    """Put the result of a trial into the study. Raises SearchError if it failed."""
    try:
        loss = future.result()
        if math.isfinite(loss):
            return study.tell(trial, loss)
        reason = f"its loss is {loss}"
    except Exception as error:  # whatever training raises, here or on a worker
        reason = " ".join(str(error).split())
    study.tell(trial, state=TrialState.FAIL)
    raise SearchError(f"model.search: a trial failed: {reason}; finished trials are kept for the next run")
