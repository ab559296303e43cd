"""Behavioural checks on models whose answers are known: which rows keep them, and the verdict."""

import math
import warnings
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from core.gates.behaviour import gates, measure
from core.gates.gate import Gate
from core.model.model import ProductModel
from core.spec.product import Product
from tests.support.small_products import declared, linear_model

FEATURES: dict[str, dict[str, Any]] = {
    "size": {"type": "number", "nullable": True},
    "name": {"type": "text", "nullable": True},
}


class ByText:
    """Log-odds by the text's letters: 1 for an a at its start, 2 for a z in it."""

    FILE: ClassVar[str] = "none"

    def raw(self, columns: Any) -> np.ndarray:
        return np.array([1.0 * text.startswith("a") + 2.0 * ("z" in text) for text in columns["name"]])

    def contributions(self, columns: Any) -> np.ndarray:
        raise NotImplementedError

    def save(self, path: Path) -> None:
        raise NotImplementedError


def product(task: str = "binary", **checks: Any) -> Product:
    return declared(task, features=FEATURES, gates={"floor": 0.5, "checks": checks})


def by_text(declared_product: Product) -> ProductModel:
    return ProductModel(declared_product.contract, {"text": ByText()}, [1.0], [0.0])


def by_size(declared_product: Product, *slopes: float) -> ProductModel:
    return linear_model(declared_product, {"size": list(slopes)}, [0.0] * len(slopes))


def table(sizes: list[float], names: list[str | None] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {"size": np.array(sizes, dtype=float), "name": pd.Series(names or ["b"] * len(sizes), dtype=object)}
    )


NAMES: list[str | None] = ["a tall b", "b small a", "c", None]


def test_values_put_in_may_not_move_the_score() -> None:
    moving = product(invariance={"name": {"values": ["a", "b"], "share": 0.9}})
    (found,) = measure(by_text(moving), table([1.0] * 4, NAMES), moving)
    assert found == {"kind": "invariance", "column": "name", "rows": 4, "share": 0.0, "wanted": 0.9}
    still = product(invariance={"name": {"values": ["b", "c"]}})
    (found,) = measure(by_text(still), table([1.0] * 4, NAMES), still)
    assert (found["share"], found["wanted"]) == (0.75, 1)


@pytest.mark.parametrize(("pattern", "share"), [("^[ab]", 0.5), ("tall", 0.75), ("[al]", 0.5), ("nowhere", 1.0)])
def test_with_a_pattern_only_what_it_finds_first_is_replaced(pattern: str, share: float) -> None:
    checked = product(invariance={"name": {"pattern": pattern, "values": ["z"]}})
    (found,) = measure(by_text(checked), table([1.0] * 4, NAMES), checked)
    assert found["share"] == share
    assert found["rows"] == 4


def test_what_a_pattern_puts_in_is_taken_as_it_is() -> None:
    checked = product(invariance={"name": {"pattern": "(b)", "values": [r"\1z", "c"]}})
    (found,) = measure(by_text(checked), table([1.0] * 2, ["b", "d"]), checked)
    assert found["share"] == 0.5
    literal = product(invariance={"name": {"pattern": "b", "values": [r"\g<0>"]}})
    (found,) = measure(by_text(literal), table([1.0] * 2, ["b", "d"]), literal)
    assert found["share"] == 1


def test_only_the_first_match_is_replaced() -> None:
    checked = product(invariance={"name": {"pattern": "z", "values": ["y"]}})
    (found,) = measure(by_text(checked), table([1.0] * 3, ["z z", "z", "y"]), checked)
    assert found["share"] == pytest.approx(2 / 3)


def test_without_values_those_of_other_rows_are_put_in() -> None:
    checked = product(invariance={"size": {}})
    sizes = np.random.default_rng(3).integers(0, 2, 1000).astype(float).tolist()
    (found,) = measure(by_size(checked, 1.0), table(sizes), checked)
    assert found["share"] == np.mean(np.random.default_rng(1).permutation(sizes) == sizes)
    assert 0.4 < found["share"] < 0.6
    (found,) = measure(by_text(checked), table(sizes), checked)
    assert found["share"] == 1


@pytest.mark.parametrize(("moved", "share"), [(0.1, 1.0), (-0.1, 1.0), (0.1001, 0.5), (-0.1001, 0.5)])
def test_a_tolerance_is_a_difference_of_scores(moved: float, share: float) -> None:
    checked = product(invariance={"size": {"values": [0], "tolerance": 0.1}})
    (found,) = measure(by_size(checked, 1.0), table([0.0, logit(0.5 + moved)]), checked)
    assert found["share"] == share


def test_numbers_are_put_in_as_numbers_and_of_several_classes_each_counts() -> None:
    checked = product("multiclass", invariance={"size": {"values": ["2", 3], "tolerance": 0.2}})
    (found,) = measure(by_size(checked, 0.0, 0.0, 1.0), table([2.0, 3.0, -5.0]), checked)
    assert found["share"] == pytest.approx(2 / 3)
    (found,) = measure(by_size(checked, -1.0, 0.0, 0.0), table([2.0, 3.0, -5.0]), checked)
    assert found["share"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("effect", "slope", "share"),
    [
        ("no lower", 1.0, 1.0),
        ("no lower", -1.0, 0.0),
        ("no higher", 1.0, 0.0),
        ("no higher", -1.0, 1.0),
        ("no lower", 0.0, 1.0),
        ("no higher", 0.0, 1.0),
    ],
)
def test_a_step_moves_the_score_as_declared(effect: str, slope: float, share: float) -> None:
    checked = product(direction={"size": {"add": 1, "effect": effect, "share": 0.8}})
    (found,) = measure(by_size(checked, slope), table([0.0, 1.0, 2.0]), checked)
    assert found == {"kind": "direction", "column": "size", "rows": 3, "share": share, "wanted": 0.8}


@pytest.mark.parametrize(("back", "share"), [(0.05, 1.0), (0.0501, 0.0)])
def test_a_small_step_back_does_not_count(back: float, share: float) -> None:
    checked = product(direction={"size": {"add": -logit(0.5 + back), "effect": "no lower", "tolerance": 0.05}})
    (found,) = measure(by_size(checked, 1.0), table([0.0]), checked)
    assert found["share"] == share


@pytest.mark.parametrize(("moved", "share"), [(1e-9, 1.0), (1.01e-9, 0.0)])
def test_rounding_is_not_a_move(moved: float, share: float) -> None:
    still = product("regression", invariance={"size": {"values": [moved]}})
    assert measure(by_size(still, 1.0), table([0.0]), still)[0]["share"] == share
    rising = product("regression", direction={"size": {"add": -moved, "effect": "no lower"}})
    assert measure(by_size(rising, 1.0), table([0.0]), rising)[0]["share"] == share


def test_true_is_put_in_as_the_number_one() -> None:
    checked = product("regression", invariance={"size": {"values": [True]}})
    assert measure(by_size(checked, 1.0), table([1.0, 2.0]), checked)[0]["share"] == 0.5


def test_rows_without_the_number_are_not_judged() -> None:
    checked = product(direction={"size": {"add": 1, "effect": "no lower"}})
    (found,) = measure(by_size(checked, 1.0), table([math.nan, 1.0, math.nan]), checked)
    assert (found["rows"], found["share"]) == (1, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (found,) = measure(by_size(checked, 1.0), table([math.nan, math.nan]), checked)
    assert found["rows"] == 0
    assert math.isnan(found["share"])
    assert not gates([found])[0].passed


@pytest.mark.parametrize(("of", "share"), [("red", 1.0), ("green", 0.0), ("blue", 0.0)])
def test_of_several_classes_the_named_one_counts(of: str, share: float) -> None:
    checked = product("multiclass", direction={"size": {"add": 1, "effect": "no lower", "of": of}})
    (found,) = measure(by_size(checked, 2.0, 1.0, 0.5), table([2.0, 3.0]), checked)
    assert found["share"] == share


def test_of_a_regression_the_value_counts() -> None:
    checked = product("regression", direction={"size": {"add": 2, "effect": "no higher", "tolerance": 4}})
    assert measure(by_size(checked, 2.0), table([1.0]), checked)[0]["share"] == 1
    assert measure(by_size(checked, 2.001), table([1.0]), checked)[0]["share"] == 0


def test_a_column_that_the_model_has_not_is_not_checked() -> None:
    few = declared(
        features=FEATURES,
        feature_set="few",
        feature_sets={"few": ["size"]},
        gates={
            "floor": 0.5,
            "checks": {"invariance": {"name": {}, "size": {}}, "direction": {"size": {"add": 1, "effect": "no lower"}}},
        },
    )
    found = measure(by_size(few, 1.0), table([1.0, 2.0]), few)
    assert [(one["kind"], one["column"]) for one in found] == [("invariance", "size"), ("direction", "size")]
    named = declared(
        features=FEATURES,
        feature_set="few",
        feature_sets={"few": ["name"]},
        gates={"floor": 0.5, "checks": {"direction": {"size": {"add": 1, "effect": "no lower"}}}},
    )
    assert measure(by_text(named), table([1.0]), named) == []


def test_of_a_large_table_some_rows_are_changed() -> None:
    checked = product(direction={"size": {"add": 1, "effect": "no lower"}}, invariance={"size": {"values": [0]}})
    sizes = np.zeros(2001)
    left_out = int(np.random.default_rng(0).permutation(2001)[2000])
    sizes[left_out] = 1.0
    invariant, directed = measure(by_size(checked, 1.0), table(sizes.tolist()), checked)
    assert (invariant["rows"], invariant["share"]) == (2000, 1)
    assert directed["rows"] == 2000


REMEDIES = {
    "invariance": "Other values move the score: remove the column from the model, or allow a tolerance",
    "direction": "The model learnt the opposite in more rows than allowed: see the column under Features",
}


@pytest.mark.parametrize(("share", "passes"), [(0.9, True), (0.899, False), (math.nan, False)])
@pytest.mark.parametrize("kind", ["invariance", "direction"])
def test_the_share_of_rows_decides(kind: str, share: float, passes: bool) -> None:
    (gate,) = gates([{"kind": kind, "column": "size", "rows": 40, "share": share, "wanted": 0.9}])
    expected = (f"behaviour: {kind} of size", f"{share:.3f}", ">= 0.900", passes)
    assert (gate.name, gate.value, gate.threshold, gate.passed) == expected
    assert gate.detail == f"{REMEDIES[kind]} (40 rows judged)"


def test_without_checks_there_are_no_gates() -> None:
    assert gates([]) == []
    assert measure(by_size(product(), 1.0), table([1.0]), product()) == []
    assert isinstance(gates([{"kind": "direction", "column": "a", "rows": 0, "share": 1.0, "wanted": 1.0}])[0], Gate)
