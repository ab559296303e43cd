"""model_import.py takes an accepted model with weeks that are real, or leaves the earlier one as it is."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from lab3 import model_import
from lab3.forecast import MEASURES, Days


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_golden_weeks_are_weeks_of_the_test_part(lab2: Path, model: Path) -> None:
    windows = pd.read_csv(lab2 / "data/windows/test.csv", index_col="date")
    weeks = json.loads((model / "weeks.json").read_text())
    assert len(weeks["golden"]) == model_import.GOLDEN
    assert set(weeks["usual"]) == {str(month) for month in range(1, 13)}
    for week in weeks["golden"]:
        days = Days(days=week["days"]).days
        row = windows.loc[str(days[-1].date)]
        for ago, day in enumerate(reversed(days)):
            assert [getattr(day, name) for name in MEASURES] == [row[f"{name}_{ago}"] for name in MEASURES]


def _no_model(lab2: Path) -> None:
    shutil.rmtree(lab2 / "model")


def _empty_cell(lab2: Path) -> None:
    path = lab2 / "data/windows/test.csv"
    table = pd.read_csv(path)
    table.loc[3, "wind_0"] = None
    table.to_csv(path, index=False)


def _no_rows(lab2: Path) -> None:
    path = lab2 / "data/windows/train.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")


def _other_columns(lab2: Path) -> None:
    (lab2 / "data/windows/train.csv").write_text("date,wind\n2015-01-01,1\n")


@pytest.mark.parametrize(
    ("damage", "file"),
    [
        (_no_model, "model.json"),
        (_empty_cell, "test.csv"),
        (_no_rows, "train.csv"),
        (_other_columns, "train.csv"),
    ],
)
def test_a_refused_import_names_the_file_and_keeps_the_earlier_model(
    lab2: Path, model: Path, tmp_path: Path, damage: Callable[[Path], None], file: str
) -> None:
    shutil.copytree(lab2, tmp_path / "lab2")
    shutil.copytree(model, tmp_path / "model")
    damage(tmp_path / "lab2")
    with pytest.raises(SystemExit, match=f"{file}.*run lab2/pipeline.sh") as refusal:
        model_import.main(tmp_path / "lab2", tmp_path / "model")
    assert "\n" not in str(refusal.value)
    assert content(tmp_path / "model") == content(model)
    assert not list(tmp_path.glob("*.new"))
