"""The root Jenkinsfile, executed in a copy of the repository: its stages run, a red one stops the rest."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.jenkinsfiles import run_jenkinsfiles

pytestmark = pytest.mark.groovy


def build(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run_jenkinsfiles(
        checkout / "Jenkinsfile", "--builds", checkout.parent / "builds", *options, TITANIC_TIMEOUT="0"
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Path:
    return copy_repository(tmp_path_factory.mktemp("jenkins") / "a checkout")


def test_its_stages_run_green_and_the_push_waits_for_main(checkout: Path) -> None:
    done = build(checkout, "--stage", "lab1", "--stage", "Final", "--stage", "Push", "--branch", "feature/x")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Model test accuracy is: 0.") == 2
    assert "lab3/pipeline.sh" not in done.stdout


def test_a_model_that_is_not_good_enough_is_a_red_build(checkout: Path) -> None:
    file = checkout / "final" / "products" / "titanic" / "product.yaml"
    text = file.read_text()
    file.write_text(text.replace("floor: 0.75", "floor: 0.99"))
    try:
        done = build(checkout, "--stage", "Final", "--stage", "Archive", "--branch", "main")
    finally:
        file.write_text(text)
    assert done.returncode == 1
    assert "gate model: accuracy failed" in done.stdout + done.stderr
    assert "its models and reports are not archived" in done.stdout
