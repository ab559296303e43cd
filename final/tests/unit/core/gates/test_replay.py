"""The replay gate: how many logged answers a challenger changes, and a log that gives no share passes nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.gates.gate import Gate
from core.gates.replay import replay
from core.spec.product import Product
from tests.support.small_products import declared, linear_model

FEATURES = {"size": {"type": "number"}}


def product(**champion: Any) -> Product:
    return declared(features=FEATURES, gates={"floor": 0.5, "champion": champion})


def saved(folder: Path, bias: float, of: Product | None = None) -> Path:
    """A model that says yes above -bias."""
    linear_model(of or product(), {"size": [1.0]}, [bias]).save(folder)
    return folder


def logged(folder: Path, sizes: list[float], model: str = "champion") -> None:
    """Rows that the champion answered."""
    folder.mkdir(exist_ok=True)
    rows = {"model": [model] * len(sizes), "row_size": sizes}
    pq.write_table(pa.table(rows), folder / f"predictions-{len(list(folder.iterdir()))}.parquet")


@pytest.fixture
def judged(tmp_path: Path) -> Any:
    """The verdicts on a challenger that says no from 0 to 1, where the champion says yes."""
    models = saved(tmp_path / "challenger", -1.0), saved(tmp_path / "champion", 0.0)

    def judge(changed: float) -> list[Gate]:
        return replay(*models, product(replay={"changed": changed, "log": "log"}), tmp_path)

    return judge


@pytest.mark.parametrize(("changed", "passed"), [(0.1, True), (0.09, False), (0.0, False)])
def test_the_share_of_changed_answers_keeps_its_limit(
    judged: Any, tmp_path: Path, changed: float, passed: bool
) -> None:
    logged(tmp_path / "log", [0.5, *np.linspace(2, 9, 8)])
    logged(tmp_path / "log", [-3.0])
    where = f"bash final/replay.sh shop --model challenger --log {tmp_path / 'log'}"
    detail = f"1 of 10 logged answers would change; where: {where}"
    assert judged(changed) == [Gate("champion: replay", "0.100", f"<= {changed:.3f}", passed, detail)]


def test_a_model_is_named_as_replay_sh_takes_it(tmp_path: Path) -> None:
    models = saved(tmp_path / ("c" * 64), 0.0), saved(tmp_path / "champion", 0.0)
    logged(tmp_path / "log", [0.0] * 2000)
    (gate,) = replay(*models, product(replay={"changed": 0.0, "log": "log"}), tmp_path)
    assert gate.passed
    assert gate.detail.startswith("0 of 2,000 logged answers")
    assert f"--model {'c' * 12} --log" in gate.detail


def test_without_rows_of_the_champion_nothing_passes(judged: Any, tmp_path: Path) -> None:
    reason = f"{tmp_path / 'log'}: no file of a prediction log; SERVICE_PREDICTION_LOG makes the service write it"
    assert judged(0.9) == [Gate("champion: replay", "no rows", "<= 0.900", False, reason)]
    logged(tmp_path / "log", [0.5], model="an earlier one")
    (others,) = judged(0.9)
    assert (others.value, others.passed) == ("no rows", False)
    assert "the champion has answered none of its rows" in others.detail


def test_there_is_no_gate_without_a_limit_or_for_what_cannot_be_compared(tmp_path: Path) -> None:
    challenger, limited = saved(tmp_path / "challenger", 0.0), product(replay={"changed": 0.1, "log": "log"})
    assert replay(challenger, challenger, product(), tmp_path) == []
    assert replay(challenger, tmp_path / "not there", limited, tmp_path) == []
    other = declared(features={"weight": {"type": "number"}}, gates={"floor": 0.5})
    linear_model(other, {"weight": [1.0]}, [0.0]).save(tmp_path / "other")
    assert replay(challenger, tmp_path / "other", limited, tmp_path) == []
