"""Who is served: the better model on the same hold-out; a loser is a green run; nothing changed can be promoted."""

import json
from collections.abc import Callable

import pytest

from product.files import folder_hash
from tests.checkout import Checkout

WEAK = (("iterations: 1000", "iterations: 1"), ("depth: 5", "depth: 1"))
GOOD = tuple((new, old) for old, new in WEAK)
LOW = (
    ("floor: 0.75", "floor: 0.5"),
    ("above_baseline: 0.05", "above_baseline: 0"),
    ("{Sex: 0.65, Pclass: 0.6}", "{}"),
    ("max_ece: 0.15", "max_ece: 1"),
)


def test_a_worse_challenger_is_a_green_run_that_keeps_the_champion(checkout: Checkout) -> None:
    champion = checkout.champion()
    checkout.edit(*WEAK, *LOW)
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "kept champion: roc_auc" in done.stderr
    assert done.stdout.startswith("Model test accuracy is: ")
    assert checkout.champion() == champion


def test_a_better_challenger_is_promoted_and_the_history_says_so(checkout: Checkout) -> None:
    good = checkout.champion()
    registry = checkout.product / "registry"
    checkout.forget_champion()
    checkout.edit(*WEAK, *LOW)
    assert checkout.bash("pipeline.sh").returncode == 0
    weak = checkout.champion()
    checkout.edit(*GOOD)
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "promoted: roc_auc" in done.stderr
    assert checkout.champion() not in (weak, "")
    entries = [json.loads(line) for line in (registry / "log.jsonl").read_text().splitlines()]
    assert [(e["action"], e["model"]) for e in entries] == [("promote", weak), ("promote", checkout.champion())]
    assert all(e["who"] and e["when"] and e["why"] and e["commit"] and e["metrics"] for e in entries)
    assert good in [path.name for path in (registry / "models").iterdir()]


def test_a_champion_whose_file_was_changed_stops_the_run(checkout: Checkout) -> None:
    model = checkout.product / "registry" / "models" / checkout.champion() / "model.cbm"
    model.write_bytes(model.read_bytes()[:-1] + b"!")
    checkout.edit(("learning_rate: 0.03", "learning_rate: 0.05"))
    before = checkout.champion()
    done = checkout.bash("pipeline.sh")
    assert done.returncode != 0
    assert "was changed after it was promoted" in done.stderr
    assert checkout.champion() == before


CHANGED: dict[str, tuple[Callable[[str], str], str]] = {
    "the last line edited": (
        lambda log: log.replace("first model", "best model"),
        "1: the log was changed: this line is not",
    ),
    "a line twice": (lambda log: log * 2, "2: the log was changed: this line does not follow"),
    "a fact taken out": (lambda log: log.replace('"why"', '"reason"'), "1: the log was changed: this line is not"),
    "something else": (lambda log: log + "[]\n", "2: the log was changed: this line is no decision"),
}


@pytest.mark.parametrize("how", CHANGED)
def test_a_changed_log_is_named_and_takes_no_more_entries(checkout: Checkout, how: str) -> None:
    log = checkout.product / "registry" / "log.jsonl"
    change, message = CHANGED[how]
    log.write_text(change(log.read_text()))
    before = (log.read_bytes(), checkout.champion())
    idle = checkout.bash("pipeline.sh")
    checkout.edit(*WEAK, *LOW)
    for done in (idle, checkout.bash("pipeline.sh")):
        assert (done.returncode, done.stdout) == (1, "")
        assert f"log.jsonl:{message}" in done.stderr
        assert "Traceback" not in done.stderr
    assert (log.read_bytes(), checkout.champion()) == before


def test_a_champion_made_by_hand_stops_the_run_until_a_person_decides(checkout: Checkout) -> None:
    champion = checkout.champion()
    (checkout.product / "registry" / "champion.json").write_text(json.dumps({"model": "f" * 64}))
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 1
    assert f"champion.json: says {'f' * 12}, but the last that the log put in service is {champion[:12]}" in done.stderr
    assert checkout.bash("rollback.sh", "--to", champion).returncode == 0
    assert checkout.bash("pipeline.sh").returncode == 0
    assert checkout.champion() == champion


def test_a_model_or_a_verdict_made_by_hand_is_made_anew(checkout: Checkout) -> None:
    """DVC knows the hash of what each stage left: what was put in its place is not believed."""
    champion, trained = checkout.champion(), folder_hash(checkout.product / "model")
    model, verdict = checkout.product / "model" / "model.cbm", checkout.product / "reports" / "gates_model.json"
    model.write_bytes(model.read_bytes()[:-1] + b"!")
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert (checkout.champion(), folder_hash(checkout.product / "model")) == (champion, trained)

    checkout.edit(("floor: 0.75", "floor: 0.99"))
    assert checkout.bash("pipeline.sh").returncode == 1
    verdict.write_text(verdict.read_text().replace("false", "true"))
    assert checkout.bash("pipeline.sh").returncode == 1


def test_a_decision_about_other_inputs_is_made_anew(checkout: Checkout) -> None:
    """As where git brought a dvc.lock of another place's run: DVC finds nothing to do, and nobody here has decided."""
    decided = checkout.product / "registry" / "decided.json"
    own = decided.read_bytes()
    decided.write_text(json.dumps({"inputs": "of another dvc.lock"}))
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "kept champion: it is this very model" in done.stderr
    assert decided.read_bytes() == own
