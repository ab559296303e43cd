"""The settings that a search tries, by estimator: those that product.yaml leaves open."""

from collections.abc import Mapping
from typing import Any

from optuna import Trial
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution

from core.spec.estimator import Model

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
}


def space(settings: Model) -> dict[str, BaseDistribution]:
    """The settings left open, with their ranges."""
    ranges = SPACES[settings.estimator]
    return {name: values for name, values in ranges.items() if getattr(settings, name) is None}


def suggest(trial: Trial, settings: Model) -> Model:
    """The settings with a suggestion of the trial's sampler for each open one."""
    for name, values in space(settings).items():
        if isinstance(values, FloatDistribution):
            trial.suggest_float(name, values.low, values.high, log=values.log)
        elif isinstance(values, IntDistribution):
            trial.suggest_int(name, values.low, values.high, log=values.log)
    return settings.model_copy(update=readable(trial.params))


def readable(params: Mapping[str, Any]) -> dict[str, float | int]:
    """The suggestions in three digits, as they are tried and can be written into product.yaml."""
    return {name: float(f"{value:.3g}") if isinstance(value, float) else int(value) for name, value in params.items()}
