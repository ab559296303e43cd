"""A search of settings by Optuna: `model: {search: N}` tries N of what product.yaml leaves open, the first as it is.

Each finished trial stands in a journal beside the product, under a name made of all that it depends on. So a search
that was killed goes on where it was, a larger N adds to what is known, and another table or setting begins anew. In
one process the same seed gives the same trials, in one go or in several: how many are finished seeds the sampler.
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

from product import cross_validation
from product.declaration import Model, Product
from product.errors import UserError
from product.journal import journal
from product.search_space import readable, space, suggest
from product.workers import workers

Say = Callable[[str], None]


class SearchError(UserError):
    """A search that can't be made."""


def search(
    product: Product, train: pd.DataFrame, validation: pd.DataFrame, path: Path, say: Say
) -> tuple[Model, dict[str, Any]]:
    """The best settings, and what was tried, for JSON. Raises SearchError, WorkerError."""
    settings, wanted = product.model, product.model.search or 0
    if not space(settings):
        raise SearchError(f"model.search: every setting of {settings.estimator} is given, so there is nothing to try")
    study = _study(product, train, validation, path)
    if known := len(_finished(study)):
        say(f"search: {known} trials are known from before, {max(0, wanted - known)} to go")
    metric = cross_validation.measured(product.target.task)
    with workers() as at:
        loss, contract, rows, stopping = map(at.share, (cross_validation.loss, product.contract, train, validation))
        submit: Callable[..., Future[Any]] = at.executor.submit  # mypy can't see through operator.call
        running: dict[Future[Any], optuna.Trial] = {}
        while running or len(_finished(study)) < wanted:
            while len(running) < at.width and len(_finished(study)) + len(running) < wanted:
                trial, tried = _next(study, settings, at.width > 1)
                call = (loss, contract, at.share(tried), product.split.by, rows, stopping)
                running[submit(operator.call, *call)] = trial
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                told = _tell(study, running.pop(done), done)
                said = ", ".join(f"{name} {one}" for name, one in readable(told.params).items()) or "what is given"
                figures = f"{metric} {told.values[0]:.4f}, best {study.best_value:.4f}"
                say(f"trial {len(_finished(study))} of {wanted}: {figures}; {said}")
    finished = _finished(study)[:wanted]
    best = min(range(len(finished)), key=lambda number: finished[number].values[0])
    trials = [{"loss": trial.values[0], "settings": readable(trial.params)} for trial in finished]
    found = {"metric": metric, "folds": cross_validation.FOLDS, "best": best, "trials": trials}
    return settings.model_copy(update=readable(finished[best].params)), found


def _study(product: Product, train: pd.DataFrame, validation: pd.DataFrame, path: Path) -> optuna.Study:
    """The study of this very question; trials that a killed run left unfinished are given up."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    asked = [
        product.contract.hash(),
        product.model.model_dump_json(exclude={"search"}),
        str(product.split.by),
        *(hashlib.sha256(part.to_csv().encode()).hexdigest() for part in (train, validation)),
        *(version(name) for name in ("catboost", "scikit-learn", "optuna")),
    ]
    study = optuna.create_study(
        storage=journal(path),
        study_name=hashlib.sha256("\n".join(asked).encode()).hexdigest(),
        load_if_exists=True,
    )
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
    return study


def _finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _next(study: optuna.Study, settings: Model, several: bool) -> tuple[optuna.Trial, Model]:
    """The settings as they are, once; then what a tree-structured Parzen estimator (Bergstra et al. 2011) suggests."""
    begun = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.RUNNING))
    seed = settings.seed + len(begun)
    study.sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=several)
    trial = study.ask()
    return trial, suggest(trial, settings) if any(not one.params for one in begun) else settings


def _tell(study: optuna.Study, trial: optuna.Trial, done: "Future[Any]") -> FrozenTrial:
    try:
        return study.tell(trial, _finite(done.result()))
    except Exception as error:
        study.tell(trial, state=TrialState.FAIL)
        said = " ".join(str(error).split())
        raise SearchError(f"model.search: a trial failed: {said}; what is finished is kept for the next run") from None


def _finite(loss: float) -> float:
    if not math.isfinite(loss):
        raise ValueError(f"its loss is {loss}")
    return loss
