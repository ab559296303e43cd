"""Rows of many clients are predicted together; one that fails costs the others nothing."""

import asyncio
from typing import Any

import pytest

from core.model.model import Scored
from service.metrics import Metrics
from service.model.live import Live
from service.transport.microbatch import MicroBatcher, Predicted
from tests.support.odd_bodies import ROW
from tests.support.small_live import small_live


def test_a_row_that_the_model_fails_on_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    live = small_live()
    answered: list[Predicted | Exception] = []
    usual = live.require_model().scored

    def scored(table: Any) -> Scored:
        if 13 in table["count"]:
            raise OverflowError("int too large to convert to float")
        return usual(table)

    async def ask(live: Live) -> list[Predicted | Exception]:
        rows = MicroBatcher(live, Metrics(), most=10, bound=10)
        for count in (1, 13, 2):
            rows.ask(live.rows.from_object({**ROW, "count": count}), answered.append)
        while len(answered) < 3:
            await asyncio.sleep(0)
        return answered

    monkeypatch.setattr(live.require_model(), "scored", scored)
    first, broken, last = asyncio.run(ask(live))
    assert isinstance(broken, OverflowError)
    assert isinstance(first, tuple)
    assert isinstance(last, tuple)
