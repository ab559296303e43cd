"""The leakage gate over drafted tables: a copy of the target is stopped however few the rows, an honest column not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from core.gates.gate import Gate
from core.gates.leakage import leakage
from tests.support.drafts import drafted_table

Judge = Callable[[pd.DataFrame], Gate]
draw = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def same_draws() -> None:
    """A test draws the same numbers whatever ran before it."""
    draw.bit_generator.state = np.random.default_rng(1).bit_generator.state


@pytest.fixture
def judge(tmp_path: Path, products: Path) -> Judge:
    """The gate's verdict on a draft of this table, whose target is y."""

    def judged(columns: pd.DataFrame) -> Gate:
        columns.to_csv(tmp_path / "t.csv", index=False)
        product, table = drafted_table(tmp_path / "t.csv", products)
        return leakage(table, product)

    return judged


def mistaken(values: Any, share: float) -> np.ndarray:
    """The values with some of the least and of the greatest in each other's place."""
    exchanged, order = np.array(values), np.argsort(values)
    count = max(1, round(share * len(exchanged)))
    wrong = np.concatenate([order[:count], order[-count:]])
    exchanged[wrong] = exchanged[wrong[::-1]]
    return exchanged


NUMBERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "itself": lambda y: y,
    "other units": lambda y: 32 + 1.8 * y,
    "logarithms, turned round": lambda y: -np.log(y),
    "with a little noise": lambda y: y + 0.01 * y.std() * draw.normal(size=len(y)),
    "with mistakes": lambda y: mistaken(y, 0.004),
    "whole numbers": np.round,
}


def number_and_honest_column(rows: int) -> tuple[np.ndarray, np.ndarray]:
    y = draw.gamma(3, 20, rows) + 1
    return y, y + y.std() * 0.15 * draw.normal(size=rows)


@pytest.mark.parametrize("rows", [60, 1500])
@pytest.mark.parametrize("way", NUMBERS)
def test_a_copy_of_a_number_is_stopped(judge: Judge, way: str, rows: int) -> None:
    y, honest = number_and_honest_column(rows)
    gate = judge(pd.DataFrame({"honest": honest, "copy": NUMBERS[way](y), "y": y}))
    assert not gate.passed
    assert gate.detail.startswith("copy alone predicts the target, so")
    assert "--ignore copy." in gate.detail


@pytest.mark.parametrize("rows", [60, 240, 1500])
def test_a_strong_column_of_a_number_passes(judge: Judge, rows: int) -> None:
    y, honest = number_and_honest_column(rows)
    assert judge(pd.DataFrame({"honest": honest, "y": y})).passed


CLASSES: dict[str, Callable[[np.ndarray], Any]] = {
    "words": lambda y: np.where(y, "red", "white"),
    "words with mistakes": lambda y: np.where(mistaken(y, 0.008 * y.mean()), "red", "white"),
    "a number": lambda y: y + 0.1 * draw.normal(size=len(y)),
}


SHARES = [(60, 0.5), (240, 0.1), (2000, 0.03)]


def class_and_honest_column(rows: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    y = draw.random(rows) < share
    y[:12] = True
    return y, y + 0.6 * draw.normal(size=rows)


@pytest.mark.parametrize(("rows", "share"), SHARES)
@pytest.mark.parametrize("way", CLASSES)
def test_a_copy_of_a_class_is_stopped(judge: Judge, way: str, rows: int, share: float) -> None:
    y, honest = class_and_honest_column(rows, share)
    gate = judge(pd.DataFrame({"honest": honest, "copy": CLASSES[way](y.astype(int)), "y": np.where(y, "yes", "no")}))
    assert not gate.passed
    assert "copy alone predicts the target" in gate.detail


@pytest.mark.parametrize(("rows", "share"), SHARES)
def test_a_strong_column_of_a_class_passes(judge: Judge, rows: int, share: float) -> None:
    y, honest = class_and_honest_column(rows, share)
    assert judge(pd.DataFrame({"honest": honest, "y": np.where(y, "yes", "no")})).passed


def test_every_column_that_tells_the_target_is_named(judge: Judge) -> None:
    y = draw.normal(size=100)
    gate = judge(pd.DataFrame({"a": y, "in feet": 3 * y, "size": draw.normal(size=100), "y": y}))
    assert "and so does" in gate.detail
    assert "--ignore a --ignore 'in feet'" in gate.detail or "--ignore 'in feet' --ignore a" in gate.detail


@pytest.mark.parametrize("name", ["iris", "breast_cancer", "wine", "diabetes"])
def test_strong_columns_of_well_known_tables_pass(judge: Judge, name: str) -> None:
    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    gate = judge(bunch.data.assign(y=bunch.target if name == "diabetes" else [f"k{v}" for v in bunch.target]))
    assert gate.passed, gate


def test_yesterdays_weather_is_no_copy_of_todays(judge: Judge) -> None:
    day = np.arange(1500)
    degrees = 10 + 12 * np.sin(day / 58) + 2 * draw.normal(size=1500)
    assert judge(pd.DataFrame({"yesterday": degrees[:-1], "y": degrees[1:]})).passed


def test_the_date_that_rows_are_split_by_may_tell_what_grows_with_time(judge: Judge) -> None:
    day = pd.date_range("2020-01-01", periods=400).strftime("%Y-%m-%d")
    grown = np.arange(400) + draw.normal(size=400)
    assert judge(pd.DataFrame({"day": day, "size": draw.normal(size=400), "y": grown})).passed
    assert judge(pd.DataFrame({"day": day, "y": grown})).value == "no feature but time"
    other = judge(pd.DataFrame({"day": day, "too": grown + draw.normal(size=400), "y": grown}))
    assert "gates.data.leakage: 1" in other.detail
