"""lab2/Jenkinsfile, run for real in a copy of the repository whose path has a space."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.jenkinsfiles import run_jenkinsfiles

STAGES = ["Unit tests", "Data collection", "Data preparation", "Model training", "Model testing", "Archive"]
TEST = "lab2/tests/unit/test_planted.py"
QUICK = {
    "PYTEST_ADDOPTS": "-p no:cacheprovider -n 0 -k on_purpose"
}  # of the unit tests only TEST: the stage is tested, not lab2
Done = subprocess.CompletedProcess[str]

pytestmark = pytest.mark.groovy


@pytest.fixture(scope="module")
def checkout(copy_repository: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkout = copy_repository(tmp_path_factory.mktemp("a copy") / "mlops practices")
    (checkout / TEST).write_text("def test_passes_on_purpose() -> None: ...\n")
    return checkout


def build(checkout: Path, *options: str) -> Done:
    return run_jenkinsfiles(checkout / "lab2/Jenkinsfile", "--builds", checkout.parent / "builds", *options, **QUICK)


@pytest.fixture(scope="module")
def green(checkout: Path) -> Done:
    """Build 1, the whole Jenkinsfile."""
    return build(checkout)


def test_the_pipeline_is_green_and_its_artifact_is_the_accepted_model(green: Done, checkout: Path) -> None:
    assert green.returncode == 0, green.stdout[-5000:]
    for stage in STAGES:
        assert f"  {stage}: SUCCESS\n" in green.stdout
    assert "archived: model, metrics and plots of build 1\n" in green.stdout
    archive = checkout.parent / "builds/lab2-Jenkinsfile/1/archive"
    assert (archive / "lab2/model/model.skops").read_bytes() == (checkout / "lab2/model/model.skops").read_bytes()
    metrics = json.loads((archive / "lab2/reports/metrics.json").read_text())
    assert f"Model test accuracy is: {metrics['accuracy']['value']:.3f}" in green.stdout
    assert len(list((archive / "lab2/reports").glob("*.png"))) >= 2


def test_a_source_that_is_down_turns_it_red_and_the_last_artifact_stays(green: Done, checkout: Path) -> None:
    assert green.returncode == 0
    model = (checkout / "lab2/model/model.skops").read_bytes()
    stages = [word for stage in STAGES[1:] for word in ("--stage", stage)]
    red = build(checkout, *stages, "--param", "SOURCE=http://127.0.0.1:9/weather.csv")
    assert red.returncode == 1
    assert 'Stage "Model training" skipped due to earlier failure(s)' in red.stdout
    assert "build 2 is FAILURE: its model is not archived" in red.stdout
    builds = checkout.parent / "builds/lab2-Jenkinsfile"
    assert not (builds / "2/archive").exists()
    assert (builds / "1/archive/lab2/model/model.skops").read_bytes() == model
    assert (checkout / "lab2/model/model.skops").read_bytes() == model


def test_a_failing_unit_test_is_reported_and_stops_what_depends_on_it(green: Done, checkout: Path) -> None:
    assert green.returncode == 0
    good = (checkout / TEST).read_text()
    (checkout / TEST).write_text("def test_fails_on_purpose() -> None:\n    assert False\n")
    try:
        red = build(checkout)
    finally:
        (checkout / TEST).write_text(good)
    assert red.returncode == 1
    assert "junit: FAILED lab2.tests.unit.test_planted.test_fails_on_purpose" in red.stdout
    assert 'Stage "Data collection" skipped due to earlier failure(s)' in red.stdout
    assert "archived:" not in red.stdout


def test_without_the_stage_archive_nothing_is_called_archived(green: Done, checkout: Path) -> None:
    assert green.returncode == 0
    done = build(checkout, "--stage", "Model testing")
    assert done.returncode == 0, done.stdout
    assert "archived" not in done.stdout
