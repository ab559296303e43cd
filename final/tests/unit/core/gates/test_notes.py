"""What a green run says of figures that may be luck, or too good."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.base.files import write_json
from core.gates.doubts import doubts
from core.gates.notes import notes_on_table
from core.spec.metric_names import MetricName
from core.table import typed
from tests.support.small_products import declared


@pytest.mark.parametrize(
    ("metric", "rows", "value", "said"),
    [
        ("roc_auc", 9, 1.0, ["the hold-out has only 9 rows"]),
        ("roc_auc", 86, 1.0, ["the hold-out has only 86 rows", "roc_auc 1.000 over 86 rows is too good to be true"]),
        ("r2", 5000, 0.9999, ["r2 1.000 over 5000 rows is too good to be true"]),
        ("r2", 5000, 0.98, []),
        ("rmse", 5000, 1.0, []),
    ],
)
def test_figures_are_doubted(metric: MetricName, rows: int, value: float, said: list[str], tmp_path: Path) -> None:
    write_json({"rows": rows, "metrics": {metric: {"value": value}}}, tmp_path / "metrics.json")
    found = doubts(tmp_path / "metrics.json", metric)
    assert [words for words in said if not any(words in line for line in found)] == []
    assert len(found) == len(said)


@pytest.mark.parametrize(("share", "doubted"), [(0.25, True), (0.899, True), (0.9, False)])
@pytest.mark.parametrize(("metric", "value"), [("accuracy", 0.8), ("rmse", 5.0)])
def test_a_model_that_is_not_clearly_better_than_a_linear_one_is_doubted(
    metric: MetricName, value: float, share: float, doubted: bool, tmp_path: Path
) -> None:
    figures = {
        "rows": 500,
        "metrics": {metric: {"value": value}},
        "linear": {metric: 0.79},
        "beside_linear": {"better": share},
    }
    write_json(figures, tmp_path / "metrics.json")
    sentence = (
        f"note: {metric} {value:.3f} is not clearly better than a linear model's 0.790 on the same hold-out: it is in "
        f"{share:.0%} of the bootstrap's resamples"
    )
    assert doubts(tmp_path / "metrics.json", metric) == ([sentence] if doubted else [])


SPLITS = {
    "a hash": ({}, "who repeats (60 values in 300 rows"),
    "the group": ({"group": "who"}, "the hold-out has rows of about 12 who only"),
    "time": ({"by": "day"}, ""),
}


@pytest.mark.parametrize("way", SPLITS)
def test_an_ignored_column_that_names_whose_rows_they_are_is_noted(way: str, tmp_path: Path) -> None:
    split, words = SPLITS[way]
    rng = np.random.default_rng(0)
    patient = rng.permutation(300) % 60
    rows = pd.DataFrame({"who": patient, "size": rng.normal(size=300), "day": "2020-01-01"})
    rows["bought"] = rng.choice(["yes", "no"], 60)[patient]
    rows.to_csv(tmp_path / "raw.csv", index=False)
    features = {"size": {"type": "number"}, "day": {"type": "date"}}
    product = declared(features=features, ignore=["who"], split=split)
    table, _ = typed.read(tmp_path / "raw.csv", product)
    sentences = notes_on_table(table, tmp_path / "raw.csv", product)
    assert len(sentences) == int(bool(words))
    assert all(words in sentence for sentence in sentences)
    write_json({"notes": sentences}, tmp_path / "table.json")
    write_json({"rows": 500, "metrics": {"r2": {"value": 0.5}}}, tmp_path / "metrics.json")
    assert doubts(tmp_path / "metrics.json", "r2", tmp_path / "table.json") == [
        f"note: {sentence}" for sentence in sentences
    ]


def test_rows_that_are_allowed_to_repeat_are_noted(tmp_path: Path) -> None:
    rows = pd.DataFrame({"size": [1.0, 1.0, 2.0], "shape": "round", "bought": "yes"})
    rows.to_csv(tmp_path / "raw.csv", index=False)
    product = declared(gates={"floor": 0.5, "data": {"repeated_rows": 0.4}})
    (sentence,) = notes_on_table(rows, tmp_path / "raw.csv", product)
    assert sentence.startswith("1 of 3 rows repeat an earlier row; gates.data.repeated_rows allows them")
