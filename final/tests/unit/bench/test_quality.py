"""The bench of quality: which tables are set aside, which folds are measured again, and what the tables count."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer import BadParameter

from bench import quality_results
from bench.public_tables import TABLES
from bench.quality import chosen
from bench.quality_models import contenders
from bench.quality_report import _wins, report
from bench.quality_results import Result
from bench.quality_workspace import Folds

RESULT = Result(
    table="a",
    task="binary",
    set_aside=False,
    rows=200,
    columns=3,
    data="d",
    model="product",
    version="v",
    folds=2,
    repeat=0,
    fold=0,
    metrics={"roc_auc": 0.9, "log_loss": 0.3},
    train_seconds=1.5,
    processor_seconds=2.5,
    microseconds=10,
)


def test_the_halves_have_every_table_once_and_each_task() -> None:
    halves = {half: chosen([], half) for half in ("open", "set-aside")}
    assert {table.name for half in halves.values() for table in half} == TABLES.keys()
    assert len(halves["open"]) + len(halves["set-aside"]) == len(TABLES) >= 50
    for half in halves.values():
        assert {table.task for table in half} == {"binary", "multiclass", "regression"}


def test_a_column_that_is_left_out_has_a_reason_and_is_not_the_target() -> None:
    for table in TABLES.values():
        assert table.target not in table.left_out
        assert all(table.left_out.values())


def test_a_table_or_a_model_that_is_none_is_refused_with_the_choices() -> None:
    with pytest.raises(BadParameter, match=r"no such table; there are spambase"):
        chosen(["spambas"], "all")
    with pytest.raises(BadParameter, match=r"--half half: write one of all, open, set-aside"):
        chosen([], "half")
    with pytest.raises(BadParameter, match=r"no product-better; there are product"):
        contenders(["product-better"], 60)


def test_each_repeat_tests_every_row_once() -> None:
    target = np.repeat([0, 1], [30, 12])
    parts = Folds(3, 2).of(target, is_regression=False)
    assert Folds(3, 2).places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    for repeat in (parts[:3], parts[3:]):
        assert sorted(np.concatenate([test for _, test in repeat])) == list(range(42))
        assert [int(target[test].sum()) for _, test in repeat] == [4, 4, 4]
    assert not np.array_equal(parts[0][1], parts[3][1])


def test_a_line_that_was_cut_off_is_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "results.jsonl"
    assert quality_results.read(file) == []
    second = replace(RESULT, fold=1)
    quality_results.append(RESULT, file)
    quality_results.append(second, file)
    file.write_bytes(file.read_bytes()[:-20])
    assert quality_results.read(file) == [RESULT]
    quality_results.append(second, file)
    assert [result.key for result in quality_results.read(file)] == [RESULT.key, second.key]


def test_another_version_of_the_model_is_another_fold() -> None:
    assert replace(RESULT, version="w").key != RESULT.key
    assert replace(RESULT, metrics={}).key == RESULT.key


def test_a_table_that_a_model_has_not_finished_is_not_compared() -> None:
    results = [RESULT, replace(RESULT, fold=1), replace(RESULT, model="catboost")]
    assert report(results, ["product", "catboost"], 2).startswith("0 tables are finished by all of product, catboost")
    assert report([], ["product"], 2) == "no table is measured"


def test_a_table_is_a_win_or_clearly_a_loss_or_neither() -> None:
    other = {"a": (0.90, 0.80), "b": (0.90, 0.80), "c": (0.90, 0.80)}  # mean 0.85, standard error 0.05
    ours = {"a": (0.90, 0.82), "b": (0.85, 0.81), "c": (0.80, 0.78)}
    rows = pd.DataFrame(
        {"task": "binary", "table": table, "model": model, "roc_auc": value}
        for model, tables in {"product": ours, "catboost": other}.items()
        for table, values in tables.items()
        for value in values
    )
    assert _wins(rows, "binary", "roc_auc", "product", "catboost") == "1 of 3 (1)"
    assert _wins(rows, "regression", "rmse", "product", "catboost") == ""
