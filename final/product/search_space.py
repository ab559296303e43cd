"""Which settings a search may try, by estimator: those that product.yaml leaves open."""

from collections.abc import Mapping
from typing import Any

from optuna import Trial
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution

from product.declaration import Model

BOOSTING: dict[str, BaseDistribution] = {
    "learning_rate": FloatDistribution(0.01, 0.3, log=True),
    "depth": IntDistribution(3, 8),
    "l2_leaf_reg": FloatDistribution(0.5, 30, log=True),
    "one_hot_max_size": IntDistribution(2, 25),
}
SPACES: dict[str, dict[str, BaseDistribution]] = {
    "catboost": BOOSTING,
    "blend": BOOSTING,  # the strength of its linear part is chosen on the validation part in any case
    "linear": {"strength": FloatDistribution(1e-3, 1e2, log=True)},
    "hist_gradient_boosting": {
        "learning_rate": FloatDistribution(0.02, 0.3, log=True),
        "iterations": IntDistribution(50, 500, log=True),
        "depth": IntDistribution(2, 10),
        "l2_leaf_reg": FloatDistribution(0.01, 30, log=True),
    },
}


def space(settings: Model) -> dict[str, BaseDistribution]:
    """The settings left open, with their ranges."""
    return {name: one for name, one in SPACES[settings.estimator].items() if getattr(settings, name) is None}


def suggest(trial: Trial, settings: Model) -> Model:
    """The settings with what the trial's sampler puts in the open places."""
    for name, one in space(settings).items():
        if isinstance(one, FloatDistribution):
            trial.suggest_float(name, one.low, one.high, log=one.log)
        elif isinstance(one, IntDistribution):
            trial.suggest_int(name, one.low, one.high, log=one.log)
    return settings.model_copy(update=readable(trial.params))


def readable(params: Mapping[str, Any]) -> dict[str, float | int]:
    """Three digits of what was suggested: what is tried can be written into product.yaml, and is it everywhere."""
    return {name: float(f"{value:.3g}") if isinstance(value, float) else int(value) for name, value in params.items()}
