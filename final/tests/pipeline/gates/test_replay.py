"""The replay gate in a run: a better model that changes too many logged answers is refused, by setting."""

import json

import pytest

from core.spec.yaml_file import load
from core.table.typed import read
from service.model.live import Live
from service.model.serving import Serving
from tests.support.checkout import Twice
from tests.support.watched import log_rows


@pytest.mark.slow
def test_a_better_model_that_changes_too_much_is_refused_until_the_limit_allows_it(twice: Twice) -> None:
    checkout = twice.checkout
    back = checkout.bash("rollback.sh", "--to", twice.weak)
    assert back.returncode == 0, back.stderr
    holdout, _ = read(checkout.product / "data" / "split" / "holdout.csv", load(str(checkout.product)))
    weak = Live(Serving.folder(checkout.product / "registry" / "models" / twice.weak))
    log_rows(checkout.root / "log", holdout, weak)

    limit = ("confidence: 0.9", "confidence: 0.9\n    replay: {changed: 0.01, log: ../../../log}")
    checkout.edit(("depth: 5\n  seed: 0", "depth: 5\n  seed: 1"), limit)
    refused = checkout.bash("pipeline.sh")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "gate champion: replay failed: 0." in refused.stderr
    assert f"of {len(holdout)} logged answers would change" in refused.stderr
    assert checkout.champion() == twice.weak

    checkout.edit(("changed: 0.01", "changed: 0.9"))
    taken = checkout.bash("pipeline.sh")
    assert taken.returncode == 0, taken.stderr
    assert "promoted: roc_auc" in taken.stderr
    assert checkout.champion() not in (twice.weak, twice.good)
    gates = json.loads((checkout.product / "reports" / "gates_champion.json").read_bytes())
    assert [(gate["name"], gate["passed"]) for gate in gates] == [
        ("champion: replay", True),
        ("champion: better", True),
    ]
