"""A column of weights in a table: read as numbers, checked by line, and no part of what makes two rows different."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.spec.product import Product
from core.table import typed
from core.table.disagreement import disagreement
from core.table.split import split
from core.table.validation import check
from tests.support.small_products import declared

WEIGHTED = declared(weight="w")


def findings(folder: Path, *weights: str, product: Product = WEIGHTED) -> list[str]:
    lines = [f"1.5,round,yes,{weight}" for weight in weights]
    (folder / "t.csv").write_text("\n".join(["size,shape,bought,w", *lines, ""]))
    table, found = typed.read(folder / "t.csv", product)
    return [str(finding) for finding in [*found, *check(table, product)]]


@pytest.mark.parametrize("weights", [("0", "1.5", "2"), ("7", "7", "7"), ("1e-300", "1e15", "3")])
def test_numbers_from_0_are_weights(weights: tuple[str, ...], tmp_path: Path) -> None:
    assert findings(tmp_path, *weights) == []


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (("1", "", "2"), "w: missing weight; 0 leaves a row out in 1 row (line 3: nan)"),
        (("1", "-0.5", "2"), "w: less than the minimum 0 in 1 row (line 3: -0.5)"),
        (("1", "1e16", "2"), "w: more than the maximum 1e+15 in 1 row (line 3: 1e+16)"),
        (("inf", "1", "2"), "w: not a finite number in 1 row (line 2: inf)"),
        (("1", "1", "much"), "w: not a number in 1 row (line 4: 'much')"),
        (("1", "nan", "1"), "w: not a number in 1 row (line 3: 'nan')"),
        (("0", "0.0", "0"), "w: 0 in every row; a row with the weight 0 does not count"),
    ],
)
def test_any_other_cell_is_a_finding(weights: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    assert findings(tmp_path, *weights)[0] == sentence


def test_a_table_needs_the_column(tmp_path: Path) -> None:
    (sentence,) = findings(tmp_path, "1", product=declared(weight="v", ignore=["w"]))
    assert sentence == "v: column is missing; the file has size, shape, bought, w"


def rows(count: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    columns = {"size": rng.integers(0, 50, count).astype(float), "shape": np.array(["round", "square"] * count)[:count]}
    return pd.DataFrame({**columns, "bought": rng.choice(np.array(["yes", "no"], dtype=object), count)})


def test_the_split_does_not_depend_on_weights() -> None:
    """Rows that differ in their weight alone are on one side."""
    table = rows()
    plain = split(table, declared())
    weighted = split(table.assign(w=np.arange(200.0)), WEIGHTED)
    for name, part in plain.items():
        assert weighted[name].index.tolist() == part.index.tolist()


def test_rows_of_weight_0_do_not_count() -> None:
    table = rows(4).assign(w=[0.0, 1.0, 0.0, 2.0])
    assert typed.counted(table, WEIGHTED).index.tolist() == [1, 3]
    assert typed.counted(table, declared()).index.tolist() == [0, 1, 2, 3]
    assert list(typed.without_weight(table, WEIGHTED)) == ["size", "shape", "bought"]


LIKE = {"size": [1.0, 1.0, 1.0, 2.0, 2.0], "shape": ["round"] * 5}


def test_what_can_be_attained_is_that_of_repeated_rows() -> None:
    weights = np.array([1, 1, 3, 2, 0])
    table = pd.DataFrame({**LIKE, "bought": ["yes", "yes", "no", "no", "yes"], "w": weights.astype(float)})
    outcome = disagreement(table, WEIGHTED.contract)
    assert outcome.attainable == pytest.approx(5 / 7), "of the first three rows the third outvotes the others"
    assert outcome.rows == 5

    prices = pd.DataFrame({**LIKE, "price": [4.0, 6.0, 9.0, 1.0, 50.0], "w": weights.astype(float)})
    weighted = disagreement(prices, declared("regression", weight="w").contract)
    repeated = prices.loc[np.repeat(prices.index, weights)].reset_index(drop=True)
    plain = disagreement(repeated, declared("regression").contract)
    assert weighted.attainable == pytest.approx(plain.attainable)
    ends = prices.assign(w=[1.0, 1, 1, 0, 0])
    assert disagreement(ends, declared("regression", weight="w").contract).attainable == pytest.approx(0)
