"""Gates on a weighted product: rows of weight 0 do not count, and the champion is compared where rows do."""

from pathlib import Path

import numpy as np
import pandas as pd

from core.gates import data, split
from core.gates.champion import compare
from core.gates.gate import Gate
from core.gates.notes import notes_on_table
from core.spec.product import Product
from tests.support.small_products import declared, linear_model

WEIGHTED = declared(weight="w")


def table(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": rng.random(rows),
            "shape": rng.choice(np.array(["round", "square"], dtype=object), rows),
            "bought": np.array(["yes", "no"] * rows, dtype=object)[:rows],
            "w": 1 + rng.random(rows),
        }
    )


def failed(gates: list[Gate]) -> dict[str, str]:
    return {gate.name: gate.detail for gate in gates if not gate.passed}


def test_a_good_table_passes_every_gate() -> None:
    assert failed(data.all_gates(table(), [], WEIGHTED)) == {}


def test_a_weight_that_is_none_breaks_the_contract() -> None:
    rows = table()
    rows.loc[3, "w"] = -1.0
    assert failed(data.all_gates(rows, [], WEIGHTED)) == {
        "data: contract": "\n  w: less than the minimum 0 in 1 row (line 5: -1.0)"
    }
    gates = failed(data.all_gates(rows.assign(w=0.0), [], WEIGHTED))
    assert gates == {"data: contract": "\n  w: 0 in every row; a row with the weight 0 does not count"}


def test_a_class_needs_rows_that_count() -> None:
    rows = table()
    rows.loc[rows["bought"] == "yes", "w"] = 0
    gate = data.rows_per_class(rows, WEIGHTED)
    assert (gate.passed, gate.value) == (False, "0")
    prices = table().assign(price=1.0, w=[1.0] * 49 + [0.0] * 71)
    assert data.rows_per_class(prices, declared("regression", weight="w")).value == "49"


def test_rows_that_differ_in_their_weight_alone_are_duplicates(tmp_path: Path) -> None:
    rows = table(20)
    repeated = pd.concat([rows, rows.assign(w=9.0)], ignore_index=True)
    assert data.duplicates(repeated, WEIGHTED).value == "20 pairs"
    repeated.to_csv(tmp_path / "raw.csv", index=False)
    allowed = declared(weight="w", gates={"floor": 0.5, "data": {"repeated_rows": 0.6}})
    assert "20 of 40 rows repeat an earlier row" in notes_on_table(repeated, tmp_path / "raw.csv", allowed)[0]


def test_a_weight_is_never_taken_for_whose_row_it_is(tmp_path: Path) -> None:
    rows = table(100).drop(columns="shape")
    rows["w"] = 1.0 + np.arange(100) % 20
    rows["bought"] = np.array(["yes", "no"], dtype=object)[np.arange(100) % 20 % 2]
    rows.to_csv(tmp_path / "raw.csv", index=False)
    features = {"size": {"type": "number"}}
    assert notes_on_table(rows, tmp_path / "raw.csv", declared(weight="w", features=features)) == []


def parts(product: Product, **columns: list[float]) -> dict[str, str]:
    """The failed gates of three parts of two rows each."""
    names = ("train", "validation", "holdout")
    sizes = iter(range(6))
    made = {
        name: pd.DataFrame({"size": [float(next(sizes)), float(next(sizes))], "w": columns.get(name, [1.0, 1.0])})
        for name in names
    }
    return failed(
        split.all_gates(
            {name: part.assign(bought=["yes", "no"], price=[1.0, 2.0]) for name, part in made.items()}, product
        )
    )


def test_a_part_needs_rows_of_each_class_that_count() -> None:
    assert parts(WEIGHTED) == {}
    remedy = "get more rows, or change the shares under split"
    assert parts(WEIGHTED, holdout=[0.0, 3.0]) == {"split: classes lacking": f"yes in holdout: {remedy}"}
    regression = declared("regression", weight="w")
    assert parts(regression) == {}
    lacking = parts(regression, train=[0.0, 3.0], validation=[0.0, 0.0])
    assert lacking == {
        "split: classes lacking": f"price is 2 in all of train, a row with a weight above 0 in validation: {remedy}"
    }


def test_rows_that_differ_in_their_weight_alone_must_be_on_one_side() -> None:
    rows = table(2)
    gates = split.all_gates({"train": rows, "validation": rows.assign(w=9.0), "holdout": table(4)[2:]}, WEIGHTED)
    assert "split: rows on two sides" in failed(gates)


def test_the_champion_is_compared_where_rows_count(tmp_path: Path) -> None:
    """The challenger is right in the first half, the champion in the second."""
    rng = np.random.default_rng(0)
    right = rng.normal(size=200)
    first = np.arange(200) < 100
    noise = rng.normal(size=200)
    holdout = pd.DataFrame({"new": np.where(first, right, noise), "old": np.where(first, noise, right)})
    holdout["bought"] = np.where(right > 0, "yes", "no")
    features = {name: {"type": "number"} for name in ("new", "old")}
    product = declared(weight="w", gates={"floor": 0.5, "champion": {"resamples": 200}}, features=features)
    for name in ("new", "old"):
        linear_model(product, {name: [1.0]}, [0.0]).save(tmp_path / name)
    for weights, is_won in ((first + 0.01, True), (~first + 0.01, False)):
        won, gate = compare(tmp_path / "new", tmp_path / "old", holdout.assign(w=weights), product)
        assert won is is_won
        assert ("promoted: roc_auc 0.99" in gate.detail) is is_won
