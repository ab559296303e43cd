"""The champion gate on small linear models: who wins, who can't be asked, and the limit of the confidence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.gates.champion import compare, verdict
from core.gates.gate import Gate
from core.metrics.bootstrap import paired_confidence
from core.metrics.classes import codes
from core.metrics.metrics import value
from core.model.conformal import Guarantee
from core.model.decision import Rule
from core.model.model import ProductModel
from core.spec.product import Product
from tests.support.small_products import declared, linear_model


def holdout() -> pd.DataFrame:
    """Rows whose target follows from size; weight is size and noise."""
    rng = np.random.default_rng(0)
    size = rng.normal(size=80)
    answers = np.array(["no", "yes"], dtype=object)[(size + rng.normal(size=80) > 0).astype(int)]
    return pd.DataFrame({"size": size, "weight": size + rng.normal(size=80), "bought": answers})


FEATURES = {"size": {"type": "number"}, "weight": {"type": "number"}}
GOOD, NOISY = {"size": [1.0]}, {"weight": [1.0]}


def product(**champion: Any) -> Product:
    gates = {"floor": 0.5, "champion": {"resamples": 200, **champion}}
    return declared(features=FEATURES, gates=gates)


def saved(folder: Path, slopes: dict[str, list[float]], of: Product | None = None) -> Path:
    linear_model(of or product(), slopes, [0.0]).save(folder)
    return folder


def test_the_better_model_is_promoted_and_the_worse_is_not(tmp_path: Path) -> None:
    good, noisy = saved(tmp_path / "good", GOOD), saved(tmp_path / "noisy", NOISY)
    target = codes(holdout()["bought"], product().target)
    scores = {path: ProductModel.load(path).scores(holdout()) for path in (good, noisy)}
    sure = paired_confidence("roc_auc", target, scores[good], scores[noisy], 200)
    unsure = paired_confidence("roc_auc", target, scores[noisy], scores[good], 200)
    high, low = (f"{value('roc_auc', target, scores[path]):.4f}" for path in (good, noisy))
    assert sure > 0.9
    won, gate = compare(good, noisy, holdout(), product())
    assert won
    assert gate == Gate(
        "champion: better",
        f"{sure:.2f} sure",
        ">= 0.90 wins",
        True,
        f"promoted: roc_auc {high}, champion {low}, better in {sure:.0%} of the bootstrap's resamples",
    )
    won, gate = compare(noisy, good, holdout(), product())
    assert not won
    assert gate.passed
    assert gate.value == f"{unsure:.2f} sure"
    assert gate.detail == (
        f"kept champion: roc_auc {low}, champion {high}, better in {unsure:.0%} of the bootstrap's resamples"
    )


@pytest.mark.parametrize(("step", "wins"), [(0.0, True), (1e-9, False)])
def test_the_confidence_itself_wins(tmp_path: Path, step: float, wins: bool) -> None:
    good, noisy = saved(tmp_path / "good", GOOD), saved(tmp_path / "noisy", NOISY)
    target = codes(holdout()["bought"], product().target)
    scores = [ProductModel.load(path).scores(holdout()) for path in (good, noisy)]
    sure = paired_confidence("log_loss", target, scores[0], scores[1], 230)
    assert 0.5 < sure < 1
    limit = product(metric="log_loss", confidence=sure + step, resamples=230)
    assert compare(good, noisy, holdout(), limit)[0] is wins


def test_an_equal_model_is_not_promoted(tmp_path: Path) -> None:
    good = saved(tmp_path / "good", GOOD)
    won, gate = compare(good, good, holdout(), product(confidence=0.51))
    assert (won, gate.value) == (False, "0.50 sure")


def check_no_contest(challenger: Path, champion: Path, rows: pd.DataFrame, of: Product, reason: str) -> None:
    expected = Gate("champion: better", "no contest", "none to beat", True, f"promoted: the champion {reason}")
    assert compare(challenger, champion, rows, of) == (True, expected)


def test_the_same_predictions_with_another_promise_win(tmp_path: Path) -> None:
    plain, promising = tmp_path / "plain", tmp_path / "promising"
    for folder in (plain, promising):
        saved(folder, GOOD)
    Guarantee(0.9, 99, 0.4).save(promising)
    with_sets = "promoted: the champion's predictions, with sets or intervals that promise 0.9"
    assert compare(promising, plain, holdout(), product()) == (True, verdict("another promise", with_sets))
    without = "promoted: the champion's predictions, without sets or intervals"
    assert compare(plain, promising, holdout(), product()) == (True, verdict("another promise", without))
    assert not compare(promising, promising, holdout(), product())[0]


def test_the_same_predictions_with_another_rule_win(tmp_path: Path) -> None:
    plain, deciding = saved(tmp_path / "plain", GOOD), saved(tmp_path / "deciding", GOOD)
    Rule(0.25).save(deciding)
    from_a_quarter = "promoted: the champion's predictions, decided from 0.25 on"
    assert compare(deciding, plain, holdout(), product()) == (True, verdict("another rule", from_a_quarter))
    without = "promoted: the champion's predictions, without decisions"
    assert compare(plain, deciding, holdout(), product()) == (True, verdict("another rule", without))
    assert not compare(deciding, deciding, holdout(), product())[0]


def test_a_champion_that_can_not_be_loaded_loses(tmp_path: Path) -> None:
    good, broken = saved(tmp_path / "good", GOOD), saved(tmp_path / "broken", GOOD)
    (broken / "parts.json").write_text("{")
    check_no_contest(good, broken, holdout(), product(), "cannot be loaded (JSONDecodeError)")
    (broken / "parts.json").unlink()
    check_no_contest(good, broken, holdout(), product(), "cannot be loaded (FileNotFoundError)")
    about = {"parts": ["catboost"], "weights": [1.0], "offsets": [0.0]}
    (broken / "parts.json").write_text(json.dumps(about))
    (broken / "model.cbm").write_bytes(b"no model")
    check_no_contest(good, broken, holdout(), product(), "cannot be loaded (CatBoostError)")
    (broken / "parts.json").write_text(json.dumps({**about, "parts": ["sklearn"]}))
    (broken / "model.skops").write_bytes(b"no model")
    check_no_contest(good, broken, holdout(), product(), "cannot be loaded (ForeignError)")


BOUGHT = "bought (binary: yes, no; probability of yes)"
OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "fewer columns": ({"features": {"size": {"type": "number"}}}, "clients must not send weight"),
    "more columns": (
        {"features": {**FEATURES, "age": {"type": "integer"}, "town": {"type": "text", "nullable": True}}},
        "clients must send age; clients may send town",
    ),
    "another type": (
        {"features": {**FEATURES, "weight": {"type": "integer"}}},
        "clients must send weight as integer",
    ),
    "another target": (
        {"target": {"name": "sold", "task": "binary", "values": ["yes", "no"], "positive": "yes"}},
        "it predicts sold (binary: yes, no; probability of yes) instead of " + BOUGHT,
    ),
    "another positive class": (
        {"target": {"name": "bought", "task": "binary", "values": ["yes", "no"], "positive": "no"}},
        "it predicts bought (binary: yes, no; probability of no) instead of " + BOUGHT,
    ),
    "more classes": (
        {"target": {"name": "bought", "task": "multiclass", "values": ["yes", "no", "later"]}},
        "it predicts bought (multiclass: yes, no, later) instead of " + BOUGHT,
    ),
    "another task": (
        {"target": {"name": "bought", "task": "regression"}},
        "it predicts bought (regression) instead of " + BOUGHT,
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_model_of_another_contract_wins_by_replace_alone(tmp_path: Path, name: str) -> None:
    change, changes = OTHERS[name]
    old = saved(tmp_path / "old", GOOD)
    other = declared(features=FEATURES, **change) if "features" not in change else declared(**change)
    new = tmp_path / "new"  # it is not even read: there is no contest
    rows = holdout()[["size"]]
    remedy = "if that is intended, bash final/pipeline.sh shop --replace promotes it"
    kept = f"kept champion: the new model has another contract: {changes}; {remedy}"
    assert compare(new, old, rows, other) == (False, verdict("another contract", kept, "--replace"))
    promoted = f"promoted by --replace, without a contest: GET /contract changed: {changes}"
    assert compare(new, old, rows, other, replace=True) == (True, verdict("replaced", promoted))


def test_replace_does_not_spare_a_model_of_the_same_contract_the_contest(tmp_path: Path) -> None:
    good, noisy = saved(tmp_path / "good", GOOD), saved(tmp_path / "noisy", NOISY)
    won, gate = compare(noisy, good, holdout(), product(), replace=True)
    assert not won
    assert gate.detail.startswith("kept champion: roc_auc")


def test_a_challenger_that_can_not_be_loaded_is_an_error(tmp_path: Path) -> None:
    """It was made a minute ago: that it is gone is no reason to keep anything."""
    old = saved(tmp_path / "old", GOOD)
    with pytest.raises(FileNotFoundError):
        compare(tmp_path / "nowhere", old, holdout(), product())


def test_a_verdict_without_a_contest_passes() -> None:
    assert verdict("first model", "promoted") == Gate(
        "champion: better", "first model", "none to beat", True, "promoted"
    )
