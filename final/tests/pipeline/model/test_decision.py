"""Costs in product.yaml change what is to be acted on, in every answer of the service, and no prediction."""

import json

import pytest

from core.registry.artifact import records
from core.spec.yaml_file import load
from core.table import typed
from deploy.wire import as_sent
from tests.support.checkout import Checkout
from tests.support.running_service import serving

DECLARED = "abstain: true\ndecision: {costs: {missed: 5, false_alarm: 1}}\n\ncoverage: 0.9"


@pytest.mark.slow
def test_a_product_with_costs_answers_what_to_act_on(checkout: Checkout) -> None:
    before = checkout.champion()
    checkout.edit(("coverage: 0.9", DECLARED))
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "changed: decision.costs.missed: not there -> 5.0; runs again from model_preparation" in done.stderr
    assert "promoted: the champion's predictions" in done.stderr
    assert checkout.champion() != before

    threshold = json.loads((checkout.product / "model" / "decision.json").read_bytes())["threshold"]
    product = load(str(checkout.product))
    rows, _ = typed.read(checkout.product / "data" / "split" / "holdout.csv", product)
    body = [as_sent(row, product.contract) for row in records(rows, list(product.contract.features))]
    with serving(checkout) as service:
        answers = service.post("/predict/batch", body).json()["predictions"]
        alone = service.post("/predict", body[0]).json()
    assert [answer["decision"] for answer in answers] == [int(answer["probability"] > threshold) for answer in answers]
    assert [answer["abstain"] for answer in answers] == [len(answer["set"]) == 2 for answer in answers]
    assert any(answer["decision"] != answer["prediction"] for answer in answers)
    assert {key: alone[key] for key in answers[0]} == answers[0]
    assert "Cost by threshold" in (checkout.product / "reports" / "report.html").read_text()
