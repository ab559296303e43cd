"""Same inputs, same model; nothing changed, nothing run; an interrupted run is made good by the next."""

import os
import subprocess

import pytest

from core.base.files import folder_hash
from tests.support.checkout import Checkout


@pytest.mark.slow
def test_training_again_gives_the_same_bytes(checkout: Checkout) -> None:
    before = folder_hash(checkout.product / "model"), checkout.champion()
    done = checkout.bash("pipeline.sh", "--force")
    assert done.returncode == 0, done.stderr
    assert "model_preparation" in done.stderr
    assert (folder_hash(checkout.product / "model"), checkout.champion()) == before


def test_a_run_leaves_the_checkout_clean(trained: Checkout) -> None:
    """dvc.lock and resolved.json are in the repository, so what a run makes must be what they say."""
    command = ["git", "status", "--porcelain"]
    done = subprocess.run(command, cwd=trained.root, capture_output=True, text=True, check=True)
    assert done.stdout == ""


@pytest.mark.slow
def test_an_edited_comment_runs_nothing_and_an_edited_gate_does_not_train(checkout: Checkout) -> None:
    checkout.edit(("gates:\n", "# looked at\ngates:\n"))
    again = checkout.bash("pipeline.sh")
    assert not any(line.startswith(("data_", "model_")) for line in again.stderr.splitlines())
    assert "champion: better" in again.stderr
    assert again.stdout.startswith("Model test accuracy is: ")
    checkout.edit(("floor: 0.75", "floor: 0.7"))
    stderr = checkout.bash("pipeline.sh").stderr
    assert "model_testing" in stderr
    assert "model_preparation" not in stderr


@pytest.mark.slow
def test_another_feature_set_is_one_line_away(checkout: Checkout) -> None:
    first = checkout.champion()
    checkout.edit(("feature_set: all\n", "feature_set: v3\n"))
    done = checkout.bash("pipeline.sh", "--replace")  # other columns, so another contract
    assert done.returncode == 0, done.stderr
    assert "data_creation" in done.stderr
    assert "model_preparation" in done.stderr
    header = (checkout.product / "data" / "raw.csv").read_text().splitlines()[0]
    assert header == "PassengerId,Pclass,Sex_female,Sex_male,Age,Survived"
    assert checkout.champion() != first


def test_a_killed_run_loses_nothing_and_the_next_completes(checkout: Checkout) -> None:
    champion = checkout.champion()
    checkout.edit(("learning_rate: 0.03", "learning_rate: 0.001"), ("iterations: 1000", "iterations: 20000"))
    model = checkout.product / "model" / "model.cbm"
    checkout.kill_when(lambda process: not model.exists())  # DVC removes a stage's outputs when it starts
    assert checkout.champion() == champion
    checkout.edit(("learning_rate: 0.001", "learning_rate: 0.03"), ("iterations: 20000", "iterations: 1000"))
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 0, done.stderr
    assert checkout.champion() == champion


@pytest.mark.slow
def test_two_runs_at_once_both_end_well(checkout: Checkout) -> None:
    checkout.edit(("learning_rate: 0.03", "learning_rate: 0.04"))
    command = ["bash", str(checkout.root / "final" / "pipeline.sh")]
    environment = {**os.environ, "TITANIC_TIMEOUT": "0"}
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=570) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert answers[0][0] == answers[1][0] != ""
