"""One run for each family of gates: it stops, names the gate, says nothing on stdout, and the champion stays.

Which table or model fails which gate is tested in tests/unit/core/gates, with the functions that decide.
"""

import re
from collections.abc import Callable

import pytest

from tests.support.checkout import Checkout
from tests.support.titanic import SNAPSHOT, SOURCE, snapshot


def leak(checkout: Checkout) -> None:
    """The table has a copy of its target."""
    table = snapshot()
    table["Cabin"] = table["Survived"].map({"0": "A1", "1": "B1"})
    table.to_csv(checkout.product / "leak.csv", index=False)
    checkout.edit((SOURCE, "path: leak.csv"))


def tiny_holdout(checkout: Checkout) -> None:
    checkout.edit(("holdout: 0.2", "holdout: 0.002"))


def high_floor(checkout: Checkout) -> None:
    checkout.edit(("floor: 0.75", "floor: 0.99"))


# the fault; what stderr says of it; the last stage that runs
FAMILIES: dict[str, tuple[Callable[[Checkout], None], str, str]] = {
    "data": (leak, "gate data: leakage failed: Cabin 1.000, wanted < 0.990", "data_validation"),
    "split": (tiny_holdout, "gate split: classes lacking failed: ", "data_preprocessing"),
    "model": (high_floor, "gate model: accuracy failed: 0.824, wanted >= 0.990", "model_testing"),
}
STAGES = [
    "data_creation",
    "data_validation",
    "data_preprocessing",
    "model_preparation",
    "model_testing",
    "model_promotion",
]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_failed_gate_stops_the_run_and_the_champion_stays(checkout: Checkout, family: str) -> None:
    plant, message, last = FAMILIES[family]
    plant(checkout)
    before = checkout.registry_state()
    runs = 2 if family == "model" else 1  # a second run is refused too
    for done in [checkout.bash("pipeline.sh") for _ in range(runs)]:
        assert (done.returncode, done.stdout) == (1, "")
        assert message in done.stderr
        assert re.search(rf"^{family}: .*FAILED *$", done.stderr, re.MULTILINE)
        assert "Traceback" not in done.stderr
        assert not [stage for stage in STAGES[STAGES.index(last) + 1 :] if stage in done.stderr]
        assert checkout.registry_state() == before


def test_a_file_that_is_not_a_table_has_no_verdict(checkout: Checkout) -> None:
    (checkout.product / "bad.csv").write_bytes(SNAPSHOT.read_bytes()[:20_000] + b"\xff\xfe\x00")
    checkout.edit((SOURCE, "path: bad.csv"))
    before = checkout.registry_state()
    done = checkout.bash("pipeline.sh")
    assert (done.returncode, done.stdout) == (1, "")
    assert "bad.csv: is not utf-8 (byte 0xff in" in done.stderr
    assert re.search(r"data: not reached +none +a verdict +FAILED", done.stderr)
    assert "passed" not in done.stderr  # verdicts of the earlier run are not shown again
    assert checkout.registry_state() == before
