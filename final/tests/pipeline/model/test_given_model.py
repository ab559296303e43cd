"""A model trained elsewhere goes through the same gates: a good one is served, a weak one stopped, a wrong refused."""

from pathlib import Path

import numpy as np
import pytest

from core.model.model import ProductModel
from core.registry.artifact import records
from core.spec.yaml_file import load
from core.table import typed
from deploy.wire import as_sent
from tests.support import given_models
from tests.support.checkout import Checkout
from tests.support.running_service import serving


def give(checkout: Checkout, name: str) -> None:
    """product.yaml names this file in the place of the settings of a training."""
    file = checkout.product / "product.yaml"
    before, _, after = file.read_text().partition("model:\n")
    file.write_text(f"{before}model:\n  file: {name}\n\ngates:{after.partition('gates:')[2]}")


def promoted(checkout: Checkout, path: Path) -> ProductModel:
    """The champion, after a run with this file that had none to beat."""
    checkout.forget_champion()
    give(checkout, path.name)
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "promoted: first model" in done.stderr
    assert done.stdout.startswith("Model test accuracy is: 0.")
    return ProductModel.load(checkout.product / "registry" / "models" / checkout.champion())


def test_a_good_file_of_catboost_is_promoted_and_a_weak_one_under_its_name_is_not(checkout: Checkout) -> None:
    product, parts, path = load(str(checkout.product)), checkout.product / "data" / "split", checkout.product / "my.cbm"
    frame, target = given_models.columns(product, parts / "train.csv")
    model = given_models.catboost(product, frame, target, path)
    served = promoted(checkout, path)
    tested, _ = given_models.columns(product, parts / "holdout.csv")
    rows, _ = typed.read(parts / "holdout.csv", product)
    np.testing.assert_allclose(served.scores(rows), model.predict_proba(tested)[:, 1], atol=1e-9)

    given_models.catboost(product, frame, given_models.shuffled(target), path)
    stderr = refused(checkout)
    assert "changed: model_files.my.cbm: " in stderr
    assert "gate model: accuracy failed: 0." in stderr


@pytest.mark.slow
def test_a_good_file_of_scikit_learn_is_promoted_and_served(checkout: Checkout) -> None:
    product, parts = load(str(checkout.product)), checkout.product / "data" / "split"
    path = checkout.product / "my.skops"
    model = given_models.forest(product, *given_models.columns(product, parts / "train.csv"), path)
    checkout.edit(("max_ece: 0.15", "max_ece: 0.3"))  # a forest's probabilities are timid
    served = promoted(checkout, path)
    tested, _ = given_models.columns(product, parts / "holdout.csv")
    rows, _ = typed.read(parts / "holdout.csv", product)
    wanted = model.predict_proba(tested)[:, 1]
    np.testing.assert_allclose(served.scores(rows), wanted, atol=1e-5)  # 0 and 1 have no logarithm
    body = [as_sent(row, product.contract) for row in records(rows.head(3), list(product.contract.features))]
    with serving(checkout) as service:
        answers = service.post("/predict/batch", body).json()["predictions"]
    np.testing.assert_allclose([answer["probability"] for answer in answers], wanted[:3], atol=1e-5)


def refused(checkout: Checkout) -> str:
    """stderr of a run that was stopped and changed nothing that is served."""
    before = checkout.registry_state()
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert checkout.registry_state() == before
    return done.stderr
