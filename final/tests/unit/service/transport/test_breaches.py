"""What a refused row broke is counted by feature, and no name that a client made up becomes a counter."""

import asyncio
import json

import pytest

from service.metrics import Metrics
from service.problems import Problem
from service.settings import Settings
from service.transport.row import RowPredictor
from tests.support.odd_bodies import ROW
from tests.support.small_live import small_live


def counted(row: dict[str, object]) -> set[str]:
    """The features that a row's refusal is counted for."""
    metrics = Metrics()

    async def ask() -> None:
        predictor = RowPredictor(small_live(), metrics, Settings())
        with pytest.raises(Problem):
            predictor.validate(json.dumps(row).encode())

    asyncio.run(ask())
    samples = [sample for family in metrics.breaches.collect() for sample in family.samples]
    return {sample.labels["feature"] for sample in samples if sample.name.endswith("_total")}


def test_features_that_break_the_contract_are_counted() -> None:
    assert counted({**ROW, "kind": "z", "flag": "maybe"}) == {"kind", "flag"}


def test_a_name_that_is_no_feature_is_not() -> None:
    assert counted({**ROW, "made up": 1}) == set()
