"""What the assignment asks of the bash file, tried on the bash file."""

import json
import re

import pytest

from lab1.tests.constant_model import constant_model
from tests.lab import Lab, Run

STAGES = ["data_creation.py", "data_preprocessing.py", "model_preparation.py", "model_testing.py"]
STUB = """
import pathlib, sys
with open(pathlib.Path(__file__).with_name("log"), "a") as log:
    print(pathlib.Path(__file__).name, *sys.argv[1:], file=log)
print("noise", file=sys.stderr)
sys.exit({code})
"""


def stub(lab: Lab, codes: dict[str, int]) -> None:
    """Put scripts that only note their call, and end with the code, in place of the stages."""
    for name, code in codes.items():
        (lab.path / name).write_text(STUB.format(code=code))


def test_fresh_clone_prints_one_line_from_another_directory_in_a_path_with_a_space(ran: Run) -> None:
    assert ran.done.returncode == 0, ran.done.stderr
    assert " " in str(ran.lab.path)
    assert ran.lab.cwd not in ran.lab.path.parents
    assert re.fullmatch(r"Model test accuracy is: [01]\.\d{3}\n", ran.done.stdout)
    accuracy = json.loads((ran.lab.path / "reports/metrics.json").read_text())["accuracy"]
    assert ran.done.stdout == f"Model test accuracy is: {accuracy:.3f}\n"
    assert "Warning" not in ran.done.stderr


def test_model_is_clearly_better_than_a_constant_answer(ran: Run) -> None:
    metrics = json.loads((ran.lab.path / "reports/metrics.json").read_text())
    assert metrics["accuracy"] > metrics["majority_accuracy"] + 0.1
    assert metrics["f1"] > 0.75
    assert metrics["balanced_accuracy"] > 0.8
    assert set(metrics["recall_by_kind"]) == {"spike", "stuck", "drift", "shift"}


@pytest.mark.parametrize("options", [["--seed", "7"], ["--seed=7"]])
def test_seed_is_passed_on_and_the_stages_run_in_order(lab: Lab, options: list[str]) -> None:
    stub(lab, dict.fromkeys(STAGES, 0))
    assert lab.run("pipeline.sh", *options).returncode == 0
    first, *others = (lab.path / "log").read_text().splitlines()
    assert first.replace("=", " ") == "data_creation.py --seed 7"
    assert others == STAGES[1:]


@pytest.mark.parametrize("failing", STAGES)
def test_failing_stage_stops_the_pipeline_with_its_exit_code_and_no_result(lab: Lab, failing: str) -> None:
    codes = dict.fromkeys(STAGES, 0) | {failing: 7}
    if failing != STAGES[-1]:
        del codes[STAGES[-1]]  # the real last stage would print its line, if it were reached
    stub(lab, codes)
    done = lab.run("pipeline.sh")
    assert done.returncode == 7
    assert done.stdout == ""
    assert (lab.path / "log").read_text().splitlines() == STAGES[: STAGES.index(failing) + 1]


def test_useless_model_stops_the_pipeline(lab: Lab) -> None:
    stub(lab, dict.fromkeys(STAGES[:3], 0))
    (lab.path / "model/model.skops").write_bytes(constant_model(lab))
    done = lab.run("pipeline.sh")
    assert done.returncode == 3
    assert done.stdout == ""
    assert "REFUSED" in done.stderr


@pytest.mark.parametrize("options", [["--seed"], ["--sed", "7"], ["7"], ["--seed", "7", "8"]])
def test_wrong_arguments_are_refused_with_the_usage(fresh: Lab, options: list[str]) -> None:
    done = fresh.run("pipeline.sh", *options)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "cannot use" in done.stderr
    assert "Usage: pipeline.sh [--seed N]" in done.stderr


@pytest.mark.parametrize("seed", ["-1", "x"])
def test_wrong_seed_stops_the_pipeline(fresh: Lab, seed: str) -> None:
    done = fresh.run("pipeline.sh", "--seed", seed)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "--seed" in done.stderr


def test_help_of_the_pipeline_and_of_every_stage(fresh: Lab) -> None:
    assert "Usage: pipeline.sh [--seed N]" in fresh.run("pipeline.sh", "--help").stdout
    for stage in STAGES:
        assert "--data" in fresh.run_here(stage, "--help").stdout
