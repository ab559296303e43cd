"""The sentences about a table's rows, word for word: who is known on both sides of a split, and how many are tested."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.base.files import write_json
from core.gates import notes as module
from core.gates.doubts import doubts
from core.gates.notes import notes_on_table
from core.table import typed
from tests.support.small_products import TARGETS, declared

NUMBERED = {"size": {"type": "number"}}


def notes(rows: pd.DataFrame, folder: Path, **keys: Any) -> list[str]:
    rows.to_csv(folder / "raw.csv", index=False)
    product = declared(**{"features": NUMBERED, **keys})
    table, _ = typed.read(folder / "raw.csv", product)
    return notes_on_table(table, folder / "raw.csv", product)


def of_groups(groups: int, each: int = 5, **columns: Any) -> pd.DataFrame:
    """Rows of patients who always answer the same."""
    rng = np.random.default_rng(0)
    patient = np.arange(groups * each) % groups
    answers = rng.permutation(np.array(["yes", "no"] * groups)[:groups])
    rows = {"patient": [f"p{number}" for number in patient], "size": rng.normal(size=len(patient))}
    return pd.DataFrame({**rows, "bought": answers[patient], **columns})


def test_whose_rows_they_are_is_said_with_the_evidence_and_the_remedy(tmp_path: Path) -> None:
    (sentence,) = notes(of_groups(20), tmp_path, ignore=["patient"])
    assert sentence == (
        "patient repeats (20 values in 100 rows; bought is the same in rows with the same value, as are 0 of 1 other "
        "columns) and its rows are on both sides of the split: the score is of a patient that the model knows; "
        "split: {group: patient} in product.yaml tests on new ones"
    )


def test_of_too_few_to_split_by_more_are_asked_for(tmp_path: Path) -> None:
    (sentence,) = notes(of_groups(6, each=20), tmp_path, ignore=["patient"])
    assert sentence.endswith("the score is of a patient that the model knows; get rows of more to test on new ones")


def test_of_several_keys_the_best_is_named(tmp_path: Path) -> None:
    rows = of_groups(20)
    rows["customer"] = rows["patient"].str.replace("p", "c")
    (sentence,) = notes(rows, tmp_path, ignore=["patient", "customer"])
    assert sentence.startswith("patient repeats")


@pytest.mark.parametrize(("groups", "tested"), [(500, None), (495, 99)])
def test_groups_are_counted_as_rows_are(groups: int, tested: int | None, tmp_path: Path) -> None:
    """A fifth of them is in the hold-out."""
    sentence = (
        f"the hold-out has rows of about {tested} patient only: its figures are as uncertain as those of so many rows"
    )
    features = {**NUMBERED, "patient": {"type": "text"}}
    split = {"group": "patient", "holdout": 0.2}
    said = notes(of_groups(groups, each=2), tmp_path, features=features, split=split)
    assert said == ([sentence] if tested else [])


@pytest.mark.parametrize(("alike", "noted"), [(5, True), (4, False)])
def test_rows_that_no_model_can_tell_apart_are_noted(alike: int, noted: bool, tmp_path: Path) -> None:
    rows = pd.DataFrame({"size": np.arange(100.0), "bought": ["yes", "no"] * 50})
    rows.loc[: alike - 1, "size"] = -1.0
    sentence = "5 of 100 rows have the features of another row and another bought: no model can exceed accuracy 0.980"
    assert notes(rows, tmp_path) == ([sentence] if noted else [])


def test_of_a_regression_r2_has_the_bound(tmp_path: Path) -> None:
    rows = pd.DataFrame({"size": np.repeat(np.arange(50.0), 2), "price": np.tile([10.0, 30.0], 50)})
    (sentence,) = notes(rows, tmp_path, target=TARGETS["regression"], gates={"metric": "rmse", "ceiling": 50})
    assert sentence == (
        "100 of 100 rows have the features of another row and another price: no model can exceed r2 0.000"
    )


def test_keys_are_looked_for_in_the_first_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 80)
    (sentence,) = notes(of_groups(20), tmp_path, ignore=["patient"])
    assert sentence.startswith("patient repeats (20 values in 80 rows; ")


@pytest.mark.parametrize(
    ("value", "words"), [(0.9994, "is not clearly better than a linear"), (0.9995, "is too good to be")]
)
def test_a_perfect_model_need_not_beat_a_linear_one(value: float, words: str, tmp_path: Path) -> None:
    figures = {
        "rows": 500,
        "metrics": {"accuracy": {"value": value}},
        "linear": {"accuracy": value},
        "beside_linear": {"better": 0.5},
    }
    write_json(figures, tmp_path / "metrics.json")
    write_json({}, tmp_path / "table.json")  # without notes, as of an earlier version
    (sentence,) = doubts(tmp_path / "metrics.json", "accuracy", tmp_path / "table.json")
    assert words in sentence
