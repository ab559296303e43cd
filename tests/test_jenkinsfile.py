"""The root Jenkinsfile, executed: a server would know all it says, its stages run, a red one stops what follows."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.groovy


def jenkins(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(root / "lab2" / "jenkins" / "run.sh"), str(root / "Jenkinsfile"), *arguments]
    environment = {**os.environ, "TITANIC_TIMEOUT": "0"}
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=280, check=False)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, copy_repository: Callable[[Path], Path]) -> Path:
    return copy_repository(tmp_path_factory.mktemp("jenkins") / "a checkout")


def test_all_that_it_says_is_known() -> None:
    done = jenkins(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_stages_run_green_and_the_push_waits_for_main(checkout: Path) -> None:
    done = jenkins(checkout, "--stage", "lab1", "--stage", "Final", "--stage", "Push", "--branch", "feature/x")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Model test accuracy is: 0.") == 2
    assert "lab3/pipeline.sh" not in done.stdout


def test_a_model_that_is_not_good_enough_is_a_red_build(checkout: Path) -> None:
    file = checkout / "final" / "products" / "titanic" / "product.yaml"
    text = file.read_text()
    file.write_text(text.replace("floor: 0.75", "floor: 0.99"))
    try:
        done = jenkins(checkout, "--stage", "Final", "--stage", "Archive", "--branch", "main")
    finally:
        file.write_text(text)
    assert done.returncode == 1
    assert "gate model: accuracy failed" in done.stdout + done.stderr
    assert "what is served and archived stays as it was" in done.stdout
