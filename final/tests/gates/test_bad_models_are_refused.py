"""Each bad model goes through the real pipeline: its gate names it, and what is served stays what it was."""

import pandas as pd
import pytest

from tests.checkout import Checkout
from tests.gates.test_bad_tables_are_refused import SNAPSHOT, SOURCE

FAILING = {
    "floor": (("floor: 0.75", "floor: 0.99"), "gate model: accuracy failed: 0."),
    "baseline": (("above_baseline: 0.05", "above_baseline: 0.5"), "gate model: above baseline failed: 0."),
    "slice": (("{Sex: 0.65, Pclass: 0.6}", "{Sex: 0.95}"), "gate slice: Sex=female failed: 0."),
    "slice without rows": (("min_rows: 20", "min_rows: 5000"), "gate slice: Sex failed: no group"),
    "calibration": (("max_ece: 0.15", "max_ece: 0.001"), "gate model: calibration error failed: 0.0"),
    "invariance": (
        ("{pattern: '^[^,]+', values: [Smith, Kowalski, Abbott]}", "{values: ['Smith, Mrs. Ann', 'Smith, Mr. Abe']}"),
        "gate behaviour: invariance of Name failed: 0.",
    ),
    "direction": (
        ("  calibration:\n", "    direction: {Age: {add: 20, effect: no lower}}\n  calibration:\n"),
        "gate behaviour: direction of Age failed: 0.",
    ),
    "hold-out without a class": (("holdout: 0.2", "holdout: 0.002"), "gate split: classes lacking failed"),
}


@pytest.mark.parametrize("gate", FAILING)
def test_a_gate_that_is_not_met_stops_the_run(checkout: Checkout, gate: str) -> None:
    change, message = FAILING[gate]
    checkout.edit(change)
    before = checkout.registry_state()
    done = checkout.bash("pipeline.sh")
    assert done.returncode != 0
    assert done.stdout == ""
    assert message in done.stderr
    assert "FAILED" in done.stderr
    assert checkout.registry_state() == before


def test_a_model_of_shuffled_answers_is_refused(checkout: Checkout) -> None:
    table = pd.read_csv(SNAPSHOT, dtype=str, keep_default_na=False)
    table["Survived"] = table["Survived"].sample(frac=1, random_state=0).to_numpy()
    table.to_csv(checkout.product / "shuffled.csv", index=False)
    checkout.edit((SOURCE, "path: shuffled.csv"))
    before = checkout.registry_state()
    done = checkout.bash("pipeline.sh")
    assert done.returncode != 0
    assert "gate model: accuracy failed" in done.stderr
    assert checkout.registry_state() == before


def test_a_run_after_a_refusal_is_refused_again(checkout: Checkout) -> None:
    checkout.edit(("floor: 0.75", "floor: 0.99"))
    first, second = checkout.bash("pipeline.sh"), checkout.bash("pipeline.sh")
    assert (first.returncode, second.returncode) == (1, 1)
    assert "gate model: accuracy failed" in second.stderr
