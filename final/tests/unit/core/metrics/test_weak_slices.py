"""Groups in which the model errs more often: one that was planted is found, and none where there is none."""

import numpy as np
import pandas as pd
import pytest

from core.metrics.weak_slices import FEWEST_ROWS, conditions, errs, weak_slices
from core.spec.columns import Boolean, Category, Feature, Number, Text

FEATURES: dict[str, Feature] = {
    "size": Number(type="number", nullable=True, label="Size", unit="m"),
    "shape": Category(type="category", values=("round", "square", "flat")),
    "new": Boolean(type="boolean"),
    "name": Text(type="text"),
}


def rows(count: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = np.where(rng.random(count) < 0.1, np.nan, rng.random(count) * 100)
    shape = rng.choice(np.array(["round", "square", "flat"], dtype=object), count)
    new = rng.choice(np.array(["true", "false"], dtype=object), count)
    return pd.DataFrame({"size": size, "shape": shape, "new": new, "name": [f"n{place}" for place in range(count)]})


def test_a_planted_group_is_found_and_named() -> None:
    table, rng = rows(2000), np.random.default_rng(1)
    planted = ((table["shape"] == "flat") & (table["size"] > 75)).to_numpy()
    found = weak_slices(table, FEATURES, rng.random(2000) < np.where(planted, 0.4, 0.1))
    (worst, *others) = found["worst"]
    assert worst["group"].startswith("Size (m) from 7")
    assert worst["group"].endswith(" and shape = flat")
    assert abs(worst["rows"] - planted.sum()) <= 20
    assert 0.3 < worst["errors"] < 0.5
    assert 0.07 < worst["elsewhere"] < 0.13
    assert worst["chance"] < 0.01
    assert len(others) <= 2


def test_where_the_model_errs_alike_everywhere_none_is_named() -> None:
    """One in a hundred tables at most has a group by chance; here none of 40 has."""
    for seed in range(40):
        wrong = np.random.default_rng(100 + seed).random(500) < 0.2
        assert weak_slices(rows(500, seed), FEATURES, wrong)["worst"] == []


def test_groups_of_few_rows_or_of_all_are_not_looked_at() -> None:
    table = rows(2 * FEWEST_ROWS - 1)
    table["shape"] = "round"
    table["new"] = ["true"] * FEWEST_ROWS + ["false"] * (FEWEST_ROWS - 1)
    assert weak_slices(
        table[["shape", "new"]], {n: FEATURES[n] for n in ("shape", "new")}, np.ones(len(table), bool)
    ) == {
        "looked_at": 0,
        "worst": [],
    }


def test_what_says_the_same_is_named_once() -> None:
    table = rows(1000)
    table["copy"] = table["shape"]
    wrong = (table["shape"] == "flat").to_numpy()
    found = weak_slices(table, {**FEATURES, "copy": FEATURES["shape"]}, wrong)
    assert [part["group"] for part in found["worst"]] == ["shape = flat"]


def test_many_rows_and_columns_are_bounded() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({f"x{place}": rng.random(21_000) for place in range(60)})
    features: dict[str, Feature] = {str(name): Number(type="number") for name in table}
    found = weak_slices(table, features, rng.random(21_000) < 0.1)
    assert found["looked_at"] == pytest.approx(240 * 237 / 2, rel=0.02)
    assert found["worst"] == []


def test_conditions_of_a_column() -> None:
    table = rows(400)
    words = [part.words for part in conditions(table["size"], "size", FEATURES["size"])]
    assert words[0] == "Size (m) is missing"
    assert len(words) == 5
    parts = conditions(table["size"], "size", FEATURES["size"])
    assert (np.sum([part.rows for part in parts], axis=0) == 1).all(), "each row is in one of them"
    few = conditions(pd.Series([1.0, 2.0] * 30), "count", Number(type="number"))
    assert [part.words for part in few] == ["count = 1", "count = 2"]
    assert conditions(table["name"], "name", FEATURES["name"]) == []


def test_what_counts_as_an_error() -> None:
    assert errs("binary", np.array([1, 0, 1]), np.array([0.6, 0.6, 0.5])).tolist() == [False, True, True]
    scores = np.array([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])
    assert errs("multiclass", np.array([1, 2]), scores).tolist() == [False, True]
    error = np.arange(10.0)
    assert errs("regression", error, np.zeros(10)).tolist() == [False] * 8 + [True] * 2
