"""lab2/Jenkinsfile, run for real in a copy of the repository whose path has a space."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
STAGES = ["Unit tests", "Data collection", "Data preparation", "Model training", "Model testing", "Archive"]

pytestmark = pytest.mark.groovy


def test_the_repositorys_jenkinsfiles_have_nothing_that_is_unknown(run: Run) -> None:
    root = Path(__file__).resolve().parents[3]
    files = [root / "Jenkinsfile", *sorted(root.glob("*/Jenkinsfile"))]
    done = run("--check", *files)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("every section, option and step is known") == len(files)


@pytest.fixture(scope="module")
def checkout(copy_repository: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_repository(tmp_path_factory.mktemp("a copy") / "mlops practices")


@pytest.fixture(scope="module")
def green(run: Run, checkout: Path) -> subprocess.CompletedProcess[str]:
    """One whole build; the stage of unit tests collects them all and runs a quick few."""
    few = "-n 0 --ignore-glob=*test_[mp]* -k snapshot_is_the_pinned_one"
    return run(checkout / "lab2/Jenkinsfile", "--builds", checkout.parent / "builds", PYTEST_ADDOPTS=few)


def test_the_pipeline_is_green_and_its_artifact_is_the_accepted_model(
    green: subprocess.CompletedProcess[str], checkout: Path
) -> None:
    assert green.returncode == 0, green.stdout[-5000:]
    assert green.stdout.endswith("Finished: SUCCESS\n")
    for stage in STAGES:
        assert f"  {stage}: SUCCESS\n" in green.stdout
    archive = checkout.parent / "builds/lab2-Jenkinsfile/1/archive"
    assert (archive / "lab2/model/model.skops").read_bytes() == (checkout / "lab2/model/model.skops").read_bytes()
    metrics = json.loads((archive / "lab2/reports/metrics.json").read_text())
    assert f"Model test accuracy is: {metrics['accuracy']['value']:.3f}" in green.stdout
    assert len(list((archive / "lab2/reports").glob("*.png"))) >= 2


def test_a_source_that_is_down_turns_it_red_and_keeps_the_artifact_before(
    green: subprocess.CompletedProcess[str], run: Run, checkout: Path
) -> None:
    assert green.returncode == 0
    model = (checkout / "lab2/model/model.skops").read_bytes()
    stages = [a for s in STAGES[1:] for a in ("--stage", s)]
    source = ["--param", "SOURCE=http://127.0.0.1:9/weather.csv"]
    red = run(checkout / "lab2/Jenkinsfile", "--builds", checkout.parent / "builds", *stages, *source)
    assert red.returncode == 1
    assert 'Stage "Model training" skipped due to earlier failure(s)' in red.stdout
    assert "the artifact of the build before stays" in red.stdout
    builds = checkout.parent / "builds/lab2-Jenkinsfile"
    assert not (builds / "2/archive").exists()
    assert (builds / "1/archive/lab2/model/model.skops").read_bytes() == model
    assert (checkout / "lab2/model/model.skops").read_bytes() == model


def test_a_failing_unit_test_is_reported_and_stops_what_depends_on_it(run: Run, checkout: Path) -> None:
    broken = checkout / "lab2/tests/test_broken_on_purpose.py"
    broken.write_text("def test_never_true() -> None:\n    assert False\n")
    try:
        builds = checkout.parent / "red builds"
        red = run(checkout / "lab2/Jenkinsfile", "--builds", builds, PYTEST_ADDOPTS="-n 0 --ignore-glob=*test_[dmp]*")
    finally:
        broken.unlink()
    assert red.returncode == 1
    assert "junit: FAILED lab2.tests.test_broken_on_purpose.test_never_true" in red.stdout
    assert 'Stage "Data collection" skipped due to earlier failure(s)' in red.stdout
    assert not list(builds.rglob("archive"))
