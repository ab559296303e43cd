"""The saved model: the same after a reload, scaled once, honestly measured, refused when it is useless."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.pipeline import Pipeline

from lab1 import model_preparation
from lab1.tests.constant_model import constant_model
from tests.lab import QUIET, Lab, Run, refused

RELOAD = """
import sys, pandas as pd, skops.io
model = skops.io.load(sys.argv[1], trusted=[])
rows = pd.read_csv(sys.argv[2])
print(*model.predict(rows[list(model.feature_names_in_)]), sep="")
print(*model.decision_function(rows[list(model.feature_names_in_)]))
"""


def load(lab: Lab) -> Pipeline:
    return skops.io.load(lab.path / "model/model.skops", trusted=[])


def test_saved_model_answers_in_a_new_process_as_it_did_before_it_was_saved(ran: Run, tmp_path: Path) -> None:
    data, city = ran.lab.path / "data", ran.lab.path / "data/features/test/fernhill.csv"
    scaler = model_preparation.read_scaler(ran.lab.path / "model/scaler.skops")
    rows = model_preparation.read_training_rows(data, scaler)
    names = list(scaler.feature_names_in_)
    model = model_preparation.train(rows[names], rows["anomaly"], scaler)
    unscaled = pd.read_csv(city)[names]
    before, margins = model.predict(unscaled), model.decision_function(unscaled)
    model_preparation.write(tmp_path / "model.skops", skops.io.dumps(model))
    for saved in (
        tmp_path / "model.skops",
        ran.lab.path / "model/model.skops",
    ):  # this one, and the pipeline's
        command = [sys.executable, "-c", RELOAD, str(saved), str(city)]
        answer, distance = subprocess.check_output(command, text=True, env=os.environ | QUIET).splitlines()
        assert [int(digit) for digit in answer] == list(before)
        assert [float(number) for number in distance.split()] == pytest.approx(list(margins), abs=1e-12)
    assert set(before) == {0, 1}


def test_model_scales_once(ran: Run) -> None:
    """Unscaled rows through the whole model, scaled rows through its classifier alone: the same answers."""
    model, data = load(ran.lab), ran.lab.path / "data"
    names = list(model.feature_names_in_)
    for path in (data / "features/test").glob("*.csv"):
        whole = model.predict(pd.read_csv(path)[names])
        scaled = pd.read_csv(data / "scaled/test" / path.name)[names]
        assert np.array_equal(whole, model.named_steps["classifier"].predict(scaled))


def test_metrics_equal_those_counted_by_hand(ran: Run) -> None:
    """Truth from data/test, answers from the classifier on the scaled files, counting without a library."""
    model, data = load(ran.lab), ran.lab.path / "data"
    pairs: list[tuple[int, int, str]] = []
    for path in sorted((data / "scaled/test").glob("*.csv")):
        scaled = pd.read_csv(path)[list(model.feature_names_in_)]
        answers = model.named_steps["classifier"].predict(scaled)
        truth = list(csv.DictReader((data / "test" / path.name).open(newline="")))[365:]
        pairs += [(int(day["anomaly"]), int(a), day["kind"]) for day, a in zip(truth, answers, strict=True)]
    hits = sum(t == a for t, a, _ in pairs)
    positive, found = sum(t for t, _, _ in pairs), sum(t and a for t, a, _ in pairs)
    called, negative = sum(a for _, a, _ in pairs), sum(1 - t for t, _, _ in pairs)
    metrics = json.loads((ran.lab.path / "reports/metrics.json").read_text())
    assert metrics["days"] == len(pairs)
    assert metrics["accuracy"] == pytest.approx(hits / len(pairs))
    assert metrics["f1"] == pytest.approx(2 * found / (called + positive))
    specificity = 1 - (called - found) / negative
    assert metrics["balanced_accuracy"] == pytest.approx((found / positive + specificity) / 2)
    assert metrics["majority_accuracy"] == pytest.approx(max(positive, negative) / len(pairs))
    assert metrics["false_alarms"] == pytest.approx(1 - specificity)
    for kind, recall in metrics["recall_by_kind"].items():
        answers_of_kind = [a for t, a, k in pairs if k == kind]
        assert recall == pytest.approx(sum(answers_of_kind) / len(answers_of_kind))
    with (ran.lab.path / "reports/predictions.csv").open(newline="") as file:
        predictions = list(csv.DictReader(file))
    assert [(int(p["anomaly"]), int(p["predicted"]), p["kind"]) for p in predictions] == pairs


def test_constant_model_is_refused(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "model.skops").write_bytes(constant_model(ran.lab))
    done = ran.lab.run("model_testing.py", "--model", tmp_path / "model.skops", "--reports", tmp_path)
    refused(done, "REFUSED", str(tmp_path / "model.skops"), "does not clearly beat", code=3)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["accuracy"] == metrics["majority_accuracy"]
    assert metrics["errors_avoided"] == 0
    assert metrics["beats_majority"] is False


def test_model_of_shuffled_labels_is_refused(lab: Lab) -> None:
    for folder in ("features", "scaled"):
        for path in (lab.path / "data" / folder / "train").glob("*.csv"):
            table = pd.read_csv(path)[:400]
            table["anomaly"] = np.random.default_rng(0).permutation(table["anomaly"])
            table.to_csv(path, index=False)
    assert lab.run("model_preparation.py").returncode == 0
    refused(lab.run("model_testing.py"), "REFUSED", "does not clearly beat", code=3)


@pytest.mark.parametrize("broken", ["features/train", "scaled/train"])
def test_scaled_files_of_another_run_are_refused(lab: Lab, broken: str) -> None:
    old = (lab.path / "model/model.skops").read_bytes()
    path = lab.path / "data" / broken / "alderton.csv"
    table = pd.read_csv(path)
    table["mean_7"] += 0.001
    table.to_csv(path, index=False)
    done = lab.run_here("model_preparation.py")
    refused(done, "scaled/train", "not what the scaler makes", "run data_preprocessing.py again")
    assert (lab.path / "model/model.skops").read_bytes() == old


def test_choice_of_the_model_reads_train_cities_only(ran: Run, tmp_path: Path) -> None:
    (tmp_path / "features/train").mkdir(parents=True)
    for city in ("alderton", "brightwater", "coldfield"):
        table = pd.read_csv(ran.lab.path / f"data/features/train/{city}.csv")
        table[:250].to_csv(tmp_path / f"features/train/{city}.csv", index=False)
    done = ran.lab.run("model_choice.py", "--data", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:3] == ["accuracy", "balanced", "f1"]
    assert len(done.stdout.splitlines()) == 5
    refused(ran.lab.run_here("model_choice.py", "--data", tmp_path / "no"), "run data_preprocessing.py")
