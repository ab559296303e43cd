"""Who is served: the better model on the same hold-out; a loser is a green run; nothing changed can be promoted."""

import json

import pytest

from core.base.files import folder_hash
from tests.support.checkout import Checkout, Twice
from tests.support.titanic import LOW, WEAK


def test_a_worse_challenger_is_a_green_run_that_keeps_the_champion(checkout: Checkout) -> None:
    champion = checkout.champion()
    checkout.edit(*WEAK, *LOW)
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert "kept champion: roc_auc" in done.stderr
    assert done.stdout.startswith("Model test accuracy is: ")
    assert checkout.champion() == champion


def test_a_better_challenger_is_promoted_and_the_history_says_so(twice: Twice) -> None:
    """The runs themselves are in the fixture, which asserts what they say."""
    registry = twice.checkout.product / "registry"
    assert twice.checkout.champion() == twice.good != twice.weak
    entries = [json.loads(line) for line in (registry / "log.jsonl").read_text().splitlines()]
    assert [(entry["action"], entry["model"]) for entry in entries] == [
        ("promote", twice.weak),
        ("promote", twice.good),
    ]
    assert all(e["who"] and e["when"] and e["why"] and e["commit"] and e["metrics"] for e in entries)
    assert {path.name for path in (registry / "models").iterdir()} >= {twice.weak, twice.good}


@pytest.mark.slow
def test_a_champion_whose_file_was_changed_stops_the_run(checkout: Checkout) -> None:
    model = checkout.product / "registry" / "models" / checkout.champion() / "model.cbm"
    model.write_bytes(model.read_bytes()[:-1] + b"!")
    checkout.edit(*WEAK, *LOW)
    before = checkout.champion()
    done = checkout.bash("pipeline.sh")
    assert done.returncode != 0
    assert "was changed after it was promoted" in done.stderr
    assert checkout.champion() == before


def test_a_changed_log_stops_every_run(checkout: Checkout) -> None:
    log = checkout.product / "registry" / "log.jsonl"
    log.write_text(log.read_text().replace("first model", "best model"))
    before = (log.read_bytes(), checkout.champion())
    idle = checkout.bash("pipeline.sh")
    checkout.edit(("floor: 0.75", "floor: 0.7"))
    for done in (idle, checkout.bash("pipeline.sh")):
        assert (done.returncode, done.stdout) == (1, "")
        assert "log.jsonl:1: the log was changed: this line was edited" in done.stderr
        assert "Traceback" not in done.stderr
    assert (log.read_bytes(), checkout.champion()) == before


def test_a_champion_made_by_hand_stops_the_run_until_a_person_decides(checkout: Checkout) -> None:
    champion = checkout.champion()
    (checkout.product / "registry" / "champion.json").write_text(json.dumps({"model": "f" * 64}))
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 1
    assert f"champion.json: names {'f' * 12}, but the log's latest champion is {champion[:12]}" in done.stderr
    assert checkout.bash("rollback.sh", "--to", champion).returncode == 0
    assert checkout.bash("pipeline.sh").returncode == 0
    assert checkout.champion() == champion


@pytest.mark.slow
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
    assert "kept champion: the new model is the same" in done.stderr
    assert decided.read_bytes() == own
