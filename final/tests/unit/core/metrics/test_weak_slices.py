"""Groups in which the model errs more often: one that was planted is found, and none where there is none."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

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
    searched = weak_slices(table, FEATURES, rng.random(2000) < np.where(planted, 0.4, 0.1))
    (worst, *others) = searched["worst"]
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
    searched = weak_slices(table, {**FEATURES, "copy": FEATURES["shape"]}, wrong)
    assert [part["group"] for part in searched["worst"]] == ["shape = flat"]


def test_many_columns_are_bounded() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({f"x{place}": rng.random(2000) for place in range(60)})
    features: dict[str, Feature] = {str(name): Number(type="number") for name in table}
    searched = weak_slices(table, features, rng.random(2000) < 0.1)
    assert searched["looked_at"] == pytest.approx(240 * 237 / 2, rel=0.02)
    assert searched["worst"] == []


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
    scores = np.array([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    assert errs("multiclass", np.array([1, 0, 2]), scores).tolist() == [False, False, False]
    error = np.arange(11.0)
    assert errs("regression", 5 - error, np.full(11, 5.0)).tolist() == [False] * 9 + [True] * 2


def flags(count: int, **names: range) -> tuple[pd.DataFrame, dict[str, Feature]]:
    """Columns that are "in" for some rows and "out" for the others."""
    columns = {name: np.full(count, "out", dtype=object) for name in names}
    for name, places in names.items():
        columns[name][list(places)] = "in"
    return pd.DataFrame(columns), dict.fromkeys(names, Category(type="category", values=("in", "out")))


def test_groups_that_share_half_of_their_rows_are_both_named() -> None:
    table, features = flags(400, left=range(40), right=range(20, 60))
    wrong = np.isin(np.arange(400), [*range(20), *range(40, 60), *range(20, 30)])
    searched = weak_slices(table, features, wrong)
    assert {part["group"] for part in searched["worst"]} == {"left = in", "right = in"}
    first = searched["worst"][0]
    assert (first["rows"], first["errors"], first["elsewhere"]) == (40, 0.75, 20 / 360)
    # on, off and each pair of two columns but "in" and "in" of 20 rows, which is one as well
    chance = hypergeom.sf(29, 400, 50, 40) * searched["looked_at"]
    assert first["chance"] == pytest.approx(chance, rel=1e-6, abs=0)
    assert searched["looked_at"] == 8


@pytest.mark.parametrize("rows", [FEWEST_ROWS, 100 - FEWEST_ROWS])
def test_the_smallest_and_the_largest_group_are_looked_at(rows: int) -> None:
    table, features = flags(100, odd=range(rows))
    assert weak_slices(table, features, np.arange(100) < rows)["worst"][0]["group"] == "odd = in"


def test_without_a_condition_nothing_is_looked_at() -> None:
    nothing = weak_slices(rows(100)[["name"]], {"name": FEATURES["name"]}, np.ones(100, dtype=bool))
    assert nothing == {"looked_at": 0, "worst": []}


def test_of_many_conditions_those_with_the_most_errors_are_paired() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({f"x{place}": rng.random(2000) for place in range(60)})
    features: dict[str, Feature] = {str(name): Number(type="number") for name in table}
    planted = ((table["x7"] > 0.75) & (table["x9"] > 0.75)).to_numpy()
    searched = weak_slices(table, features, rng.random(2000) < np.where(planted, 0.9, 0.05))
    assert searched["worst"][0]["group"].startswith("x7 from 0.7")


def test_of_many_rows_the_same_are_drawn_each_time() -> None:
    table, features = flags(30_000, odd=range(15_000))
    wrong = np.random.default_rng(1).random(30_000) < np.where(np.arange(30_000) < 15_000, 0.3, 0.1)
    (worst,) = weak_slices(table, features, wrong)["worst"]
    drawn = np.random.default_rng(0).permutation(30_000)[:20_000]
    inside = drawn[drawn < 15_000]
    assert (worst["rows"], worst["errors"]) == (len(inside), wrong[inside].mean())


def test_rows_that_lack_two_cells_are_a_group() -> None:
    table = pd.DataFrame({"a": [None] * 60 + ["x"] * 340, "b": ["y"] * 30 + [None] * 60 + ["y"] * 310})
    features: dict[str, Feature] = dict.fromkeys("ab", Category(type="category", values=("x", "y"), nullable=True))
    searched = weak_slices(table, features, np.isin(np.arange(400), range(30, 60)))
    assert searched["worst"][0]["group"] == "a is missing and b is missing"


@pytest.mark.parametrize(("values", "parts"), [(8, 8), (9, 4)])
def test_numbers_of_few_values_are_values(values: int, parts: int) -> None:
    """Each row is in one part, also where a quarter ends at a value that many rows have."""
    column = pd.Series(np.repeat(np.arange(float(values)), FEWEST_ROWS))
    slices = conditions(column, "count", Number(type="number"))
    assert len(slices) == parts
    assert (np.sum([part.rows for part in slices], axis=0) == 1).all()


def test_a_category_has_its_values_and_where_it_is_missing() -> None:
    column = pd.Series(["round"] * FEWEST_ROWS + [None] * FEWEST_ROWS + ["flat"] * (FEWEST_ROWS - 1), dtype=object)
    slices = conditions(column, "shape", FEATURES["shape"])
    assert [(part.column, part.words) for part in slices] == [("shape", "shape is missing"), ("shape", "shape = round")]
