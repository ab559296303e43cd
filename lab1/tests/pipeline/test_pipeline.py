"""The bash file and the stages it starts, in a fresh clone whose path has a space."""

import csv
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.dummy import DummyClassifier

from lab1.inputs import FEATURES
from tests.support.lab import QUIET, ROOT, Lab, Run, refused

STAGES = ["data_creation.py", "data_preprocessing.py", "model_preparation.py", "model_testing.py"]
PRODUCTS = {f"run/reports/{name}" for name in ("series.png", "test.png", "metrics.json", "predictions.csv")}
RELOAD = """
import sys, pandas as pd, skops.io
model = skops.io.load(sys.argv[1], trusted=[])
print(*model.decision_function(pd.read_csv(sys.argv[2])[list(model.feature_names_in_)]))
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def rows(folder: Path) -> list[dict[str, str]]:
    """All rows of a folder, read without the code under test."""
    return [row for path in sorted(folder.glob("*.csv")) for row in rows_of(path)]


def test_fresh_clone_prints_one_line_from_another_directory_in_a_path_with_a_space(ran: Run) -> None:
    assert ran.done.returncode == 0, ran.done.stderr
    assert " " in str(ran.lab.path)
    assert ran.lab.cwd not in ran.lab.path.parents
    assert re.fullmatch(r"Model test accuracy is: [01]\.\d{3}\n", ran.done.stdout)
    metrics = json.loads((ran.lab.path / "run/reports/metrics.json").read_text())
    assert ran.done.stdout == f"Model test accuracy is: {metrics['accuracy']:.3f}\n"
    assert metrics["accuracy"] > metrics["majority_accuracy"] + 0.1
    assert metrics["f1"] > 0.75
    assert "Warning" not in ran.done.stderr


def test_the_run_folder_holds_data_model_and_reports_and_nothing_else_is_left(ran: Run) -> None:
    outputs = set(ran.lab.outputs())
    assert outputs - {name for name in outputs if name.startswith("run/data/")} == {"run/model.skops"} | PRODUCTS
    for folder in ("train", "test"):
        cities = {path.name for path in (ran.lab.path / "run/data" / folder).iterdir()}
        assert len(cities) >= 2
        assert any("noise" in city for city in cities)
        for made in ("features", "scaled"):
            assert {path.name for path in (ran.lab.path / "run/data" / made / folder).iterdir()} == cities
    assert not list(ran.lab.path.glob(".run.*"))


@pytest.mark.parametrize("name", ["series.png", "test.png"])
def test_committed_pictures_are_those_of_the_pipeline(ran: Run, name: str) -> None:
    picture = (ROOT / "lab1/img" / name).read_bytes()
    remedy = "copy lab1/run/reports/*.png to lab1/img after the pipeline"
    assert picture == (ran.lab.path / "run/reports" / name).read_bytes(), remedy
    assert f"](img/{name})" in (ROOT / "lab1/README.md").read_text()


def test_scaled_rows_have_the_statistics_of_the_train_cities_alone(ran: Run) -> None:
    data = ran.lab.path / "run/data"
    train, test = rows(data / "features/train"), rows(data / "features/test")
    for name in FEATURES:
        values = [float(row[name]) for row in train]
        mean, deviation = statistics.fmean(values), statistics.pstdev(values)
        everywhere = statistics.fmean(values + [float(row[name]) for row in test])
        assert abs(mean - everywhere) > 1e-6  # else this test could not tell the two apart
        for split, unscaled in [("train", train), ("test", test)]:
            scaled = rows(data / "scaled" / split)
            assert [float(row[name]) for row in scaled] == pytest.approx(
                [(float(row[name]) - mean) / deviation for row in unscaled], abs=1e-7
            )
            assert [row["anomaly"] for row in scaled] == [row["anomaly"] for row in unscaled]


def test_saved_model_answers_alike_in_a_new_process_and_scales_as_stage_2_did(ran: Run) -> None:
    run = ran.lab.path / "run"
    model = skops.io.load(run / "model.skops", trusted=[])
    city = run / "data/features/test/fernhill.csv"
    margins = model.decision_function(pd.read_csv(city)[FEATURES])
    command = [sys.executable, "-c", RELOAD, str(run / "model.skops"), str(city)]
    answer = subprocess.check_output(command, text=True, env=os.environ | QUIET)
    assert [float(number) for number in answer.split()] == pytest.approx(list(margins), abs=1e-12)
    scaled = pd.read_csv(run / "data/scaled/test/fernhill.csv")[FEATURES].to_numpy()
    assert model[-1].decision_function(scaled) == pytest.approx(margins, abs=1e-7)


def test_metrics_equal_those_of_the_predictions(ran: Run) -> None:
    """Truth from data/test, answers from predictions.csv, counting without a library."""
    run = ran.lab.path / "run"
    metrics = json.loads((run / "reports/metrics.json").read_text())
    predictions = rows_of(run / "reports/predictions.csv")
    truth = {
        (path.stem, day["date"]): day["anomaly"] for path in (run / "data/test").iterdir() for day in rows_of(path)
    }
    hits = [truth[row["city"], row["date"]] == row["predicted"] for row in predictions]
    assert metrics["days"] == len(predictions) == len(truth) - 3 * 366
    assert metrics["accuracy"] == pytest.approx(sum(hits) / len(hits))


@pytest.mark.slow
def test_second_run_makes_the_same_bytes_and_another_seed_makes_others(lab: Lab, ran: Run) -> None:
    before = ran.lab.outputs()
    (lab.path / "run/stale").write_text("of an earlier run")
    done = lab.run("pipeline.sh", "--seed", "42")
    assert done.stdout == ran.done.stdout
    assert lab.outputs() == before
    for stage, options in [("data_creation.py", ["--seed", "43"]), ("data_preprocessing.py", []), (STAGES[2], [])]:
        assert lab.run_here(stage, *options).returncode == 0
    after = lab.outputs()
    assert after.keys() == before.keys()
    assert {name for name in before if after[name] == before[name]} == {
        name for name in PRODUCTS if name != "run/reports/series.png"
    }


@pytest.mark.parametrize(
    ("stage", "code"), [("data_preprocessing.py", 7), pytest.param("model_testing.py", 3, marks=pytest.mark.slow)]
)
def test_stage_that_fails_stops_the_pipeline_and_leaves_the_last_good_run(lab: Lab, stage: str, code: int) -> None:
    before = lab.outputs()
    (lab.path / stage).write_text(f"import sys; sys.exit({code})")
    done = lab.run("pipeline.sh", "--seed", "7")
    assert done.returncode == code
    assert done.stdout == ""
    assert lab.outputs() == before
    assert not list(lab.path.glob(".run.*"))


def test_models_that_know_nothing_are_refused(lab: Lab) -> None:
    path = lab.path / "run/model.skops"
    train = pd.concat(map(pd.read_csv, (lab.path / "run/data/features/train").glob("*.csv")))
    path.write_bytes(skops.io.dumps(DummyClassifier().fit(train[FEATURES], train["anomaly"])))
    refused(lab.run("model_testing.py"), "REFUSED", "avoids 0.0% of that answer's errors", code=3)
    for city in (lab.path / "run/data/features/train").glob("*.csv"):
        table = pd.read_csv(city)[:400]
        kinds = np.random.default_rng(0).permutation(table["kind"])
        table.assign(kind=kinds, anomaly=(kinds != "normal").astype(int)).to_csv(city, index=False)
    assert lab.run_here("model_preparation.py").returncode == 0
    refused(lab.run_here("model_testing.py"), "REFUSED", "must avoid 10%", code=3)


def test_table_edited_by_hand_is_refused_and_a_city_that_is_gone_leaves_nothing_behind(lab: Lab) -> None:
    path = lab.path / "run/data/train/alderton.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:4], "2015-01-04,warm,0,normal", *lines[5:]]))
    before = lab.outputs()
    done = lab.run("data_preprocessing.py")
    refused(
        done, "data_preprocessing.py: ", "alderton.csv: line 5 (date 2015-01-04): column temperature", "run data_cr"
    )
    assert lab.outputs() == before
    path.unlink()
    assert lab.run_here("data_preprocessing.py").returncode == 0
    assert not list((lab.path / "run/data").rglob("alderton.csv"))


def test_folder_that_cannot_be_made_is_a_clear_error(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = ran.lab.run_here("data_creation.py", "--data", tmp_path / "file", "--plot", tmp_path / "plot.png")
    refused(done, "cannot write the data", str(tmp_path / "file"))
    model = tmp_path / "file/model.skops"
    refused(
        ran.lab.run_here("model_preparation.py", "--model", model), "model_preparation.py: ", str(tmp_path / "file")
    )


@pytest.mark.parametrize("options", [["--seed"], ["--sed", "7"], ["--seed", "-1"], ["--seed", "x"], ["7"]])
def test_wrong_arguments_stop_the_pipeline(fresh: Lab, options: list[str]) -> None:
    done = fresh.run("pipeline.sh", *options)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error" in done.stderr
    assert not list(fresh.path.glob(".run.*"))


def test_help_of_the_pipeline_and_of_every_stage(fresh: Lab) -> None:
    assert "Usage: pipeline.sh [--seed N]" in fresh.run("pipeline.sh", "--help").stdout
    for stage in STAGES:
        assert "--data" in fresh.run_here(stage, "--help").stdout
