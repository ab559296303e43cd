"""Models, scalers and tables that the last two stages must not use: one clear message each."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import skops.io
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from tests.lab import Lab, Run, refused


def test_model_with_a_type_that_nobody_reviewed_is_not_loaded(ran: Run, tmp_path: Path) -> None:
    model = Pipeline([("scaler", FunctionTransformer(func=os.getcwd))])
    (tmp_path / "model.skops").write_bytes(skops.io.dumps(model))
    done = ran.lab.run("model_testing.py", "--model", tmp_path / "model.skops", "--reports", tmp_path)
    refused(done, "model.skops", "posix.getcwd", "run model_preparation.py again")


@pytest.mark.parametrize(
    ("stage", "file", "first", "again"),
    [
        (
            "model_preparation.py",
            "model/scaler.skops",
            "no such file; run data_preprocessing.py first",
            "not a scaler",
        ),
        (
            "model_testing.py",
            "model/model.skops",
            "no such file; run model_preparation.py first",
            "not a model",
        ),
    ],
)
def test_no_object_or_a_broken_one_is_a_clear_error(
    lab: Lab,
    stage: str,
    file: str,
    first: str,
    again: str,
) -> None:
    path, old = lab.path / file, lab.outputs("reports")
    content = path.read_bytes()
    for broken in (content[: len(content) // 2], b"", b"not a zip"):
        path.write_bytes(broken)
        refused(lab.run_here(stage), file, again, "again")
    path.unlink()
    refused(lab.run_here(stage), file, first)
    assert lab.outputs("reports") == old


def test_object_of_another_kind_is_a_clear_error(lab: Lab) -> None:
    scaler, model = lab.path / "model/scaler.skops", lab.path / "model/model.skops"
    was = scaler.read_bytes()
    scaler.write_bytes(model.read_bytes())
    refused(lab.run_here("model_preparation.py"), "scaler.skops", "Pipeline is no fitted StandardScaler")
    model.write_bytes(was)
    refused(lab.run_here("model_testing.py"), "model.skops", "StandardScaler is no pipeline")


BREAKAGES: dict[str, Callable[[str], str]] = {
    "no column level": lambda text: text.replace("level", "lever", 1),
    "line 3: column residual must be a number": lambda text: edit(text, 2, 1, "high"),
    "line 4: column anomaly must be a number": lambda text: edit(text, 3, -2, ""),
    "cannot be read as CSV": lambda text: "",
}


def edit(text: str, row: int, column: int, value: str) -> str:
    """The CSV text with another value in one place."""
    lines = [line.split(",") for line in text.splitlines()]
    lines[row][column] = value
    return "\n".join(map(",".join, lines))


@pytest.mark.parametrize("message", BREAKAGES)
@pytest.mark.parametrize(
    ("stage", "file"),
    [
        ("model_preparation.py", "features/train/dunmore.csv"),
        ("model_preparation.py", "scaled/train/dunmore.csv"),
        ("model_testing.py", "features/test/granby.csv"),
    ],
)
def test_broken_table_is_a_clear_error(lab: Lab, stage: str, file: str, message: str) -> None:
    path = lab.path / "data" / file
    path.write_text(BREAKAGES[message](path.read_text()))
    refused(lab.run_here(stage), file, message, "run data_preprocessing.py again")


@pytest.mark.parametrize(
    ("stage", "folder"),
    [("model_preparation.py", "features/train"), ("model_testing.py", "features/test")],
)
def test_no_tables_or_one_answer_only_is_a_clear_error(lab: Lab, stage: str, folder: str) -> None:
    paths = list((lab.path / "data").glob(f"*/{Path(folder).name}/*.csv"))
    for path in paths:
        table = pd.read_csv(path)
        table.assign(anomaly=0).to_csv(path, index=False)
    refused(lab.run_here(stage), "column anomaly must have two values")
    for path in paths:
        path.unlink()
    refused(lab.run_here(stage), folder, "no CSV files there; run data_preprocessing.py first")
