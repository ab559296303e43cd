"""The whole pipeline: one line on stdout, and a failed run that leaves what was there."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.lab import Lab, Run, refused

PRODUCTS = {
    "data/weather.sqlite",
    "data/weather.csv",
    "data/source.json",
    *(f"data/{folder}/{part}.csv" for folder in ("windows", "features") for part in ("train", "test")),
    "model/features.skops",
    "model/candidate/model.skops",
    "model/candidate/model.json",
    "model/model.skops",
    "model/model.json",
    "reports/features.json",
    "reports/features.png",
    "reports/metrics.json",
    "reports/predictions.csv",
    "reports/confusion.png",
    "reports/calibration.png",
}


def test_fresh_clone_prints_the_one_line_from_another_directory(ran: Run) -> None:
    assert ran.done.returncode == 0, ran.done.stderr
    assert re.fullmatch(r"Model test accuracy is: [01]\.\d{3}\n", ran.done.stdout)
    metrics = json.loads((ran.lab.path / "reports/metrics.json").read_text())
    assert ran.done.stdout == f"Model test accuracy is: {metrics['accuracy']['value']:.3f}\n"


def test_everything_is_made_and_nothing_is_left_half(ran: Run) -> None:
    assert set(ran.lab.outputs()) == PRODUCTS
    assert not list(ran.lab.path.rglob("*.new"))
    for path in ran.lab.path.rglob("reports/*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_progress_is_shown_on_stderr(ran: Run) -> None:
    assert "100%" in ran.done.stderr
    for name in ("logistic regression", "random forest", "gradient boosting"):
        assert name in ran.done.stderr


STAGES = ["data_collection.py", "data_preparation.py", "model_training.py", "model_testing.py"]


def stub(fresh: Lab, tmp_path: Path, failing: str = "") -> Lab:
    """The pipeline with stages that say how they were called; one of them fails with 7."""
    home = tmp_path / "stub"
    home.mkdir(parents=True)
    for name in ("env.sh", "requirements.txt", ".venv"):
        (home / name).symlink_to(fresh.path.parent / name)
    (home / "lab2").mkdir()
    shutil.copy(fresh.path / "pipeline.sh", home / "lab2")
    for stage in STAGES:
        code = f"import sys; print({stage!r}, sys.argv[1:], file=sys.stderr); sys.exit({7 * (stage == failing)})"
        (home / "lab2" / stage).write_text(code)
    return Lab(home / "lab2", tmp_path)


def test_arguments_reach_the_stages_unchanged(fresh: Lab, tmp_path: Path) -> None:
    lab = stub(fresh, tmp_path)
    done = lab.run("pipeline.sh", "--query", "SELECT * FROM t", "--source=sqlite:///a b.db", "--seed", "4")
    seed = "['--seed', '4']"
    first = "['--query=SELECT * FROM t', '--source=sqlite:///a b.db']"
    called = zip(STAGES, [first, seed, seed, seed], strict=True)
    assert done.stderr.splitlines() == [f"{stage} {arguments}" for stage, arguments in called]
    assert [line.split()[1] for line in lab.run("pipeline.sh").stderr.splitlines()] == ["[]"] * 4


@pytest.mark.parametrize("stage", STAGES)
def test_a_failing_stage_ends_the_run_with_its_exit_code(fresh: Lab, tmp_path: Path, stage: str) -> None:
    done = stub(fresh, tmp_path, failing=stage).run("pipeline.sh")
    assert done.returncode == 7
    assert [line.split()[0] for line in done.stderr.splitlines()] == STAGES[: STAGES.index(stage) + 1]


def test_weather_in_a_random_order_is_refused_and_the_model_stays(lab: Lab, snapshot: pd.DataFrame) -> None:
    days = snapshot.sample(frac=1, random_state=5).assign(date=snapshot["date"].to_numpy()).head(900)
    days.to_csv(lab.cwd / "shuffled.csv", index=False)
    before = lab.outputs("model/model.skops", "model")["model/model.skops"]
    about = (lab.path / "model/model.json").read_bytes()
    done = lab.run("pipeline.sh", "--source", lab.cwd / "shuffled.csv")
    assert done.returncode in (1, 3)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert re.search("REFUSED|no feature tells more", done.stderr)
    assert (lab.path / "model/model.skops").read_bytes() == before
    assert (lab.path / "model/model.json").read_bytes() == about


def test_a_source_that_fails_stops_the_pipeline_and_changes_nothing(ran: Run, tmp_path: Path) -> None:
    before = ran.lab.outputs()
    done = ran.lab.run("pipeline.sh", "--source", tmp_path / "none.csv")
    refused(done, "none.csv", "No such file", "untouched")
    assert ran.lab.outputs() == before


@pytest.mark.parametrize("stage", [*STAGES, "forecast.py"])
def test_every_stage_explains_itself_from_any_directory(fresh: Lab, stage: str) -> None:
    done = fresh.run_here(stage, "--help")
    assert done.returncode == 0
    assert "--help" in done.stdout


def test_help_and_unknown_arguments(fresh: Lab) -> None:
    done = fresh.run("pipeline.sh", "--help")
    assert done.returncode == 0
    assert "--source" in done.stdout
    for wrong in (["--sorce=postgresql://me:s3cret@host/db"], ["--seed"], ["postgresql://me:s3cret@host/db"]):
        done = fresh.run("pipeline.sh", *wrong)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Usage" in done.stderr
        assert "s3cret" not in done.stderr


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk_leaves_the_earlier_files_whole(ran: Run, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    before, writes = ran.lab.outputs(), []
    real = Path.write_bytes

    def write_bytes(path: Path, content: bytes) -> int:
        writes.append(path)
        real(path, content[: len(content) // 2])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    done = ran.lab.run_here(stage)
    monkeypatch.undo()
    for path in writes:
        path.unlink()
    assert done.returncode == 1
    assert done.stdout == ""
    assert "No space left on device" in done.stderr
    after = ran.lab.outputs()
    after["data/weather.sqlite"] = before["data/weather.sqlite"]  # made anew from the same snapshot
    assert after == before
