"""The penalty of a linear model: the strength with the least loss on unseen rows, or the one that the product names."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from core.features.maker import FeatureMaker
from core.metrics.metrics import value
from core.model.folds import folds
from core.model.linear_part import STRENGTHS, LinearEstimator
from core.model.part import Data, activation
from core.spec.metric_names import MetricName
from core.spec.product import Product
from tests.support.small_products import declared

NUMBERS = [f"x{number}" for number in range(12)]


def product(task: str) -> Product:
    return declared(task, features={name: {"type": "number"} for name in NUMBERS})


def rows(task: str, noise: float) -> Data:
    """Rows of which one number says the target, with noise, and the others nothing."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({name: rng.normal(size=60) for name in NUMBERS})
    raised = table["x0"] + noise * rng.normal(size=60)
    shop = product(task)
    target = raised if task == "regression" else np.where(raised > 0, "yes", "no")
    return Data.of(FeatureMaker(shop.contract), shop.contract, table.assign(**{shop.target.name: target}))


def losses(task: str, data: Data) -> list[float]:
    """Across three folds, of each strength."""
    cross = list(folds(data.target, product(task).target.task, 3))
    found = []
    for strength in STRENGTHS:
        raw = LinearEstimator(product(task).target, [], strength).cross_fit(data, cross).raw
        measure: MetricName = "rmse" if task == "regression" else "log_loss"
        found.append(value(measure, data.target, activation(raw, product(task).target)))
    return found


@pytest.mark.parametrize("noise", [0.01, 3.0])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_strength_with_the_least_loss_is_chosen(task: str, noise: float) -> None:
    data, estimator = rows(task, noise), LinearEstimator(product(task).target, [])
    cross = list(folds(data.target, product(task).target.task, 3))
    by_folds = estimator.cross_fit(data, cross)
    assert by_folds.choice == STRENGTHS[int(np.argmin(losses(task, data)))]
    np.testing.assert_array_equal(
        by_folds.raw, LinearEstimator(product(task).target, [], by_folds.choice).cross_fit(data, cross).raw
    )
    inside, outside = cross[0]
    by_validation = estimator.fit(data.take(inside), data.take(outside))
    alone = LinearEstimator(product(task).target, [], by_validation.choice).refit(
        data.take(inside), by_validation.choice
    )
    np.testing.assert_array_equal(by_validation.raw, alone.raw(data.take(outside).columns))


def test_noise_needs_a_larger_penalty() -> None:
    clean, noisy = (STRENGTHS[int(np.argmin(losses("regression", rows("regression", noise))))] for noise in (0.01, 3.0))
    assert clean > noisy


def test_a_strength_is_the_inverse_of_the_penalty() -> None:
    data = rows("regression", 1.0)
    part = LinearEstimator(product("regression").target, []).refit(data, 0.1)
    encoded = part.encoder(data.columns)
    ridge = Ridge(alpha=10.0).fit(encoded, data.target)
    np.testing.assert_allclose(part.raw(data.columns), ridge.predict(encoded), rtol=1e-6)
