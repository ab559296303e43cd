"""The bash file and the stages it starts: one line on stdout, and a failed run that leaves what was there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline

from lab2 import model_testing
from lab2.data_preparation import candidate_features
from lab2.inputs import TARGET
from tests.support.lab import QUIET, ROOT, Lab, Run, refused
from tools.skops_bytes import dumps

STAGES = ["data_collection.py", "data_preparation.py", "model_training.py", "model_testing.py"]
PRODUCTS = {
    "data/weather.csv",
    "data/source.json",
    *(f"data/{folder}/{part}.csv" for folder in ("windows", "features") for part in ("train", "test")),
    *(f"model/{folder}{name}" for folder in ("", "candidate/") for name in ("model.skops", "model.json")),
    *(f"reports/{name}" for name in ("features.json", "features.png", "metrics.json", "predictions.csv", "test.png")),
}
RELOAD = f"""
import sys, json, pandas as pd, skops.io
model = skops.io.load(sys.argv[1], trusted={model_testing.TRUSTED})
rows = pd.read_csv(sys.argv[2])
print(*model.predict_proba(rows[list(model.feature_names_in_)])[:, 1])
"""


def read(lab: Lab, name: str) -> pd.DataFrame:
    return pd.read_csv(lab.path / name, index_col="date", parse_dates=["date"])


def read_json(lab: Lab, name: str) -> dict[str, Any]:
    return dict(json.loads((lab.path / name).read_text()))


def test_fresh_clone_prints_the_one_line_from_another_directory(ran: Run) -> None:
    assert ran.done.returncode == 0, ran.done.stderr
    assert re.fullmatch(r"Model test accuracy is: [01]\.\d{3}\n", ran.done.stdout)
    metrics = read_json(ran.lab, "reports/metrics.json")
    assert ran.done.stdout == f"Model test accuracy is: {metrics['accuracy']['value']:.3f}\n"
    assert metrics["accuracy"]["value"] > max(answer["accuracy"] for answer in metrics["without_a_model"].values())


def test_everything_is_made_and_nothing_is_left_half(ran: Run) -> None:
    assert set(ran.lab.outputs()) == PRODUCTS
    assert not [path for path in ran.lab.path.rglob(".*") if path.name != ".gitignore"]


@pytest.mark.parametrize("name", ["features.png", "test.png"])
def test_committed_pictures_are_those_of_the_pipeline(ran: Run, name: str) -> None:
    picture = (ROOT / "lab2/img" / name).read_bytes()
    remedy = "copy lab2/reports/*.png to lab2/img after the pipeline"
    assert picture == (ran.lab.path / "reports" / name).read_bytes(), remedy
    assert f"](img/{name})" in (ROOT / "lab2/README.md").read_text()


def test_saved_features_are_the_chosen_ones(ran: Run) -> None:
    report = read_json(ran.lab, "reports/features.json")
    scores = pd.DataFrame(report["scores"]).set_index("feature")
    assert set(scores.index) == set(candidate_features())
    assert (scores["chosen"] == (scores["rank"] == 1)).all()
    kept = set(scores.index[scores["chosen"]])
    assert np.argmin(report["brier_by_number_of_features"]) + 1 == len(kept) < len(scores)
    for part in ("train", "test"):
        assert set(read(ran.lab, f"data/features/{part}.csv").columns) - {TARGET} == kept


def test_best_of_the_cross_validation_is_kept_and_described(ran: Run) -> None:
    about = read_json(ran.lab, "model/model.json")
    scores = about["cross_validation"]
    assert about["classifier"] == min(scores, key=lambda name: scores[name]["brier"])
    assert about["trained_on"]["last"] == "2014-12-31"
    assert about["window_days"] == 7
    assert about["columns"] == ["precipitation", "temp_max", "temp_min", "wind"]
    assert about["test"] == read_json(ran.lab, "reports/metrics.json")


def test_windows_features_and_a_new_process_give_the_same_chances(ran: Run) -> None:
    windows = ran.lab.path / "data/windows/test.csv"
    command = [sys.executable, "-c", RELOAD, str(ran.lab.path / "model/model.skops"), str(windows)]
    answer = subprocess.check_output(command, text=True, env=os.environ | QUIET)
    predictions = read(ran.lab, "reports/predictions.csv")
    np.testing.assert_allclose([float(number) for number in answer.split()], predictions["chance"], rtol=1e-9)
    model, _ = model_testing.read_model(ran.lab.path / "model")
    features = read(ran.lab, "data/features/test.csv").drop(columns=TARGET)
    chances = model.named_steps["classifier"].predict_proba(features.to_numpy())[:, 1]
    np.testing.assert_allclose(chances, predictions["chance"], rtol=1e-9)


def test_stages_alone_make_the_same_bytes_as_the_pipeline(lab: Lab, ran: Run) -> None:
    for stage in STAGES:
        assert lab.run_here(stage).returncode == 0
    before, after = ran.lab.outputs(), lab.outputs()
    before["data/source.json"] = after["data/source.json"]  # names the place of the file that was read
    assert after == before


def test_selection_does_not_look_at_the_test_part(lab: Lab, weather: pd.DataFrame, ran: Run) -> None:
    test_days = read(ran.lab, "data/windows/test.csv").index
    other = weather.copy()
    # Another weather from the second test day on: the first one's is the last target of train.
    rain = (np.arange(len(test_days)) % 2) * 9.0
    other.loc[test_days[1] :, "precipitation"] = rain
    other.loc[test_days[1] :, ["temp_max", "temp_min"]] = np.c_[20 - rain, 10 - rain]
    other.to_csv(lab.path / "data/weather.csv")
    assert lab.run_here("data_preparation.py").returncode == 0
    before, after = ran.lab.outputs("data", "reports"), lab.outputs("data", "reports")
    for same in ("reports/features.json", "data/features/train.csv", "data/windows/train.csv"):
        assert after[same] == before[same]
    assert after["data/windows/test.csv"] != before["data/windows/test.csv"]


def test_model_that_knows_nothing_is_refused_and_the_accepted_one_stays(lab: Lab) -> None:
    accepted = {path: path.read_bytes() for path in (lab.path / "model").glob("model.*")}
    windows = read(lab, "data/windows/train.csv")
    nothing = Pipeline([("nothing", DummyClassifier())]).fit(windows.drop(columns=TARGET), windows[TARGET])
    (lab.path / "model/candidate/model.skops").write_bytes(dumps(nothing))
    done = lab.run("model_testing.py")
    assert done.returncode == model_testing.NOT_BETTER
    assert done.stdout == ""
    assert "REFUSED" in done.stderr
    assert '"tomorrow is as today" is NOT beaten' in done.stderr
    assert {path: path.read_bytes() for path in (lab.path / "model").glob("model.*")} == accepted
    assert read_json(lab, "reports/metrics.json")["accepted"] is False


def test_weather_in_a_random_order_is_refused_and_the_last_good_run_stays(lab: Lab, snapshot: pd.DataFrame) -> None:
    days = snapshot.sample(frac=1, random_state=5).assign(date=snapshot["date"].to_numpy()).head(900)
    days.to_csv(lab.cwd / "shuffled.csv", index=False)
    before = lab.outputs()
    done = lab.run("pipeline.sh", "--source", lab.cwd / "shuffled.csv")
    assert done.returncode == model_testing.NOT_BETTER
    assert done.stdout == ""
    assert "REFUSED" in done.stderr
    assert lab.outputs() == before
    assert not list(lab.path.glob(".run.*"))


def test_source_that_fails_stops_the_pipeline_and_changes_nothing(ran: Run, tmp_path: Path) -> None:
    before = ran.lab.outputs()
    done = ran.lab.run("pipeline.sh", "--source", tmp_path / "none.csv")
    refused(done, "data_collection.py: ", "none.csv", "No such file")
    assert ran.lab.outputs() == before


def test_stage_refuses_what_an_earlier_one_did_not_make(lab: Lab, fresh: Lab) -> None:
    for stage, earlier in zip(STAGES[1:], STAGES, strict=False):
        refused(lab.run_here(stage, "--folder", lab.cwd / "empty"), f"{stage}: ", f"run {earlier} first")
    weather = lab.path / "data/weather.csv"
    weather.write_text(weather.read_text().replace("2012-01-03,0.8", "2012-01-03,wet"))
    refused(lab.run_here("data_preparation.py"), "weather.csv, line 4: column precipitation is 'wet'")
    train = lab.path / "data/features/train.csv"
    train.write_text(train.read_text().replace("log_rain_0", "snow_0"))
    refused(lab.run_here("model_training.py"), "train.csv: no feature is called snow_0")
    windows = lab.path / "data/windows"
    (windows / "test.csv").write_bytes((windows / "train.csv").read_bytes())
    refused(lab.run_here("model_testing.py"), "test.csv: 2012-01-07 is not a test day", "2014-12-31")


def stub(lab: Lab, failing: str = "") -> None:
    """Stages that only report how they were called; one of them fails with 7."""
    for stage in STAGES:
        code = f"import sys; print({stage!r}, sys.argv[3:], file=sys.stderr); sys.exit({7 * (stage == failing)})"
        (lab.path / stage).write_text(code)


def test_arguments_reach_the_stages_unchanged(lab: Lab) -> None:
    stub(lab, failing=STAGES[3])
    done = lab.run("pipeline.sh", "--query", "SELECT * FROM t", "--source=sqlite:///a b.db", "--seed", "4")
    first = "['--query=SELECT * FROM t', '--source=sqlite:///a b.db']"
    called = zip(STAGES, [first, *["['--seed', '4']"] * 3], strict=True)
    assert done.stderr.splitlines() == [f"{stage} {arguments}" for stage, arguments in called]
    assert [line.split()[1] for line in lab.run("pipeline.sh").stderr.splitlines()] == ["[]"] * 4


@pytest.mark.parametrize("stage", STAGES)
def test_failing_stage_ends_the_run_with_its_exit_code(lab: Lab, stage: str) -> None:
    before = lab.outputs()
    stub(lab, failing=stage)
    done = lab.run("pipeline.sh")
    assert done.returncode == 7
    assert done.stdout == ""
    assert [line.split()[0] for line in done.stderr.splitlines()] == STAGES[: STAGES.index(stage) + 1]
    assert lab.outputs() == before


def test_help_and_unknown_arguments(fresh: Lab) -> None:
    for stage in STAGES:
        assert "--folder" in fresh.run_here(stage, "--help").stdout
    done = fresh.run("pipeline.sh", "--help")
    assert done.returncode == 0
    assert "--source" in done.stdout
    for wrong in (["--sorce=postgresql://me:s3cret@host/db"], ["--seed"], ["postgresql://me:s3cret@host/db"]):
        done = fresh.run("pipeline.sh", *wrong)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Usage" in done.stderr
        assert "s3cret" not in done.stderr
