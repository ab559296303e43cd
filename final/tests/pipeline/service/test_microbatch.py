"""Rows that are predicted together share a turn of the event loop, and nothing else."""

import asyncio
import logging

import pytest

from service.metrics import Metrics
from service.model.live import Live
from service.model.serving import Serving
from service.problems import Problem
from service.transport.microbatch import MicroBatcher, Predicted
from tests.support.checkout import Checkout


@pytest.fixture(scope="module")
def live(trained: Checkout) -> Live:
    return Live(Serving.folder(trained.product / "registry" / "models" / trained.champion()))


def test_what_goes_wrong_with_one_answer_costs_the_others_nothing(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    found: list[Predicted | Exception] = []

    def breaks(answer: Predicted | Exception) -> None:
        raise OSError("the client's line is cut")

    async def ask() -> None:
        rows = MicroBatcher(live, Metrics(), most=10, bound=10)
        row = live.rows.from_object(live.schema["examples"][0])
        for done in (found.append, breaks, found.append):
            rows.ask(row, done)
        await asyncio.sleep(0.1)

    with caplog.at_level(logging.ERROR):
        asyncio.run(ask())
    assert [isinstance(one, tuple) and one[0]["prediction"] for one in found] == [1, 1]
    assert "the client's line is cut" in caplog.text


def test_more_rows_than_may_wait_are_refused_and_those_that_wait_are_answered(live: Live) -> None:
    found: list[Predicted | Exception] = []

    async def ask() -> None:
        rows = MicroBatcher(live, Metrics(), most=2, bound=5)
        row = live.rows.from_object(live.schema["examples"][0])
        for _ in range(5):
            rows.ask(row, found.append)
        with pytest.raises(Problem, match="5 rows wait to be predicted") as refused:
            rows.ask(row, found.append)
        assert refused.value.status == 503
        assert refused.value.headers == {"retry-after": "1"}
        await asyncio.sleep(0.1)

    asyncio.run(ask())
    assert len(found) == 5
    assert all(isinstance(one, tuple) for one in found)
