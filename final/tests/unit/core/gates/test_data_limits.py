"""The data gates on small tables: each just above and just below its limit, empty, and with what is missing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.gates.data import all_gates, attainable, contract, duplicates, rows_per_class
from core.gates.gate import Gate
from core.gates.leakage import leakage
from core.spec.product import Product
from core.table.finding import Finding
from tests.support.small_products import declared


def table(rows: int = 120, **columns: Any) -> pd.DataFrame:
    """Rows that pass every gate: half yes, half no, sizes of their own that tell nothing."""
    rng = np.random.default_rng(0)
    made = {
        "size": rng.random(rows),
        "shape": rng.choice(np.array(["round", "square"], dtype=object), rows),
        "bought": np.array(["yes", "no"] * rows, dtype=object)[:rows],
    }
    return pd.DataFrame({**made, **columns})


def limits(**data: Any) -> dict[str, Any]:
    return {"floor": 0.5, "data": data}


def test_a_good_table_passes_every_gate() -> None:
    gates = all_gates(table(), [], declared())
    assert [gate.name for gate in gates] == [
        "data: contract",
        "data: rows per class",
        "data: duplicates",
        "data: leakage",
        "data: attainable accuracy",
    ]
    assert all(gate.passed for gate in gates)


def test_the_contract_passes_without_findings_only() -> None:
    assert contract([]) == Gate("data: contract", "0 breaches", "none", True, "")
    findings = [Finding("a", "is missing"), Finding("b", "is wrong", (2,), ("'x'",), 1)]
    found = contract(iter(findings))
    assert found == Gate("data: contract", "2 breaches", "none", False, f"\n  {findings[0]}\n  {findings[1]}")


def test_a_broken_contract_is_the_only_verdict() -> None:
    wrong = table(shape=["oval"] * 120)
    missing = Finding("colour", "column is missing")
    (gate,) = all_gates(wrong, [missing], declared())
    assert (gate.name, gate.value, gate.passed) == ("data: contract", "2 breaches", False)
    assert gate.detail.splitlines()[1] == "  colour: column is missing"
    assert gate.detail.splitlines()[2].startswith("  shape: not one of round, square in 120 rows")
    assert [one.passed for one in all_gates(table(), [missing], declared())] == [False]


@pytest.mark.parametrize(("rows", "passes"), [(50, True), (49, False)])
def test_a_class_needs_its_rows(rows: int, passes: bool) -> None:
    kept = table(bought=np.array(["yes"] * rows + ["no"] * (120 - rows), dtype=object))
    gate = rows_per_class(kept, declared())
    assert (gate.name, gate.value, gate.threshold) == ("data: rows per class", str(rows), ">= 50")
    assert gate.passed is passes
    assert gate.detail.startswith("bought=yes is rare: ")
    names = [one.name for one in all_gates(kept, [], declared())]
    assert names[:2] == ["data: contract", "data: rows per class"]
    assert len(names) == (5 if passes else 2)


def test_a_class_that_never_occurs_has_no_rows() -> None:
    product = declared("multiclass", gates=limits(min_rows_per_class=1))
    gate = rows_per_class(pd.DataFrame({"kind": ["red", "blue"] * 5}), product)
    assert (gate.value, gate.passed) == ("0", False)
    assert gate.detail.startswith("kind=green is rare")
    assert rows_per_class(pd.DataFrame({"kind": ["red", "blue", "green"]}), product).passed
    assert not rows_per_class(pd.DataFrame({"kind": []}), product).passed


def test_classes_that_are_numbers_are_counted_as_the_text_of_the_file() -> None:
    product = declared(target={"name": "bought", "task": "binary", "values": [0, 1], "positive": 1})
    assert rows_per_class(pd.DataFrame({"bought": ["0", "1"] * 50}), product).value == "50"


@pytest.mark.parametrize(("rows", "passes"), [(50, True), (49, False), (0, False)])
def test_a_regressions_table_needs_rows(rows: int, passes: bool) -> None:
    gate = rows_per_class(pd.DataFrame({"price": np.zeros(rows)}), declared("regression"))
    assert (gate.name, gate.value, gate.threshold) == ("data: rows", str(rows), ">= 50")
    assert gate.passed is passes
    assert gate.detail == "The table is too small: get more rows"


def numbered(product_limits: dict[str, Any] | None = None, **keys: Any) -> Product:
    return declared(id="number", gates=product_limits or limits(), **keys)


def with_copies(*again: int, rows: int = 200) -> pd.DataFrame:
    """Rows under their own numbers, none equal to another by chance, and copies of some under new ones."""
    rng = np.random.default_rng(1)
    kept = table(rows, weight=rng.random(rows), height=rng.random(rows))
    kept = pd.concat([kept, kept.iloc[list(again)]], ignore_index=True)
    return kept.assign(number=[str(number) for number in range(len(kept))])


def test_one_copy_is_too_many() -> None:
    assert duplicates(with_copies(), numbered()) == Gate("data: duplicates", "0 pairs", "<= 0", True, "")
    gate = duplicates(with_copies(7), numbered())
    assert (gate.name, gate.value, gate.threshold, gate.passed) == ("data: duplicates", "1 pairs", "<= 0", False)
    assert gate.detail.startswith("Lines 202 of the file ")
    assert "; remove them, since equal rows would be on both sides of the split. " in gate.detail
    assert gate.detail.endswith("gates.data.unexplained_duplicates: 1")


@pytest.mark.parametrize(("allowed", "passes"), [(4, True), (3, False)])
def test_copies_that_are_declared_pass(allowed: int, passes: bool) -> None:
    """A row that stands there three times is three pairs; with another pair there are four."""
    gate = duplicates(with_copies(7, 7, 9), numbered(limits(unexplained_duplicates=allowed)))
    assert (gate.value, gate.threshold, gate.passed) == ("4 pairs", f"<= {allowed}", passes)
    assert gate.detail == "" or gate.detail.startswith("Lines 202, 203, 204 of the file ")


def test_the_first_five_copies_are_named() -> None:
    assert duplicates(with_copies(*range(9)), numbered()).detail.startswith(
        "Lines 202, 203, 204, 205, 206 of the file "
    )


@pytest.mark.parametrize("rows", [30, 41])
def test_what_chance_explains_is_allowed(rows: int) -> None:
    """Ten times the pairs that independent columns would have: n (n - 1) / 2 times the chance of equality."""
    narrow = pd.DataFrame(
        {
            "number": [str(number) for number in range(rows)],
            "size": [1.0] * (rows - 10) + [2.0] * 8 + [np.nan] * 2,
            "shape": ["round"] * 20 + ["square"] * (rows - 20),
            "bought": ["yes", "no", "no", "no", "no"] * (rows // 5) + ["yes"] * (rows % 5),
        }
    )
    same = 1.0
    for name in ("size", "shape", "bought"):
        cells = narrow[name].astype(object).where(narrow[name].notna(), "missing").tolist()
        alike = sum(cells[a] == cells[b] for a in range(rows) for b in range(rows) if a != b)
        same *= alike / (rows * (rows - 1))
    equal = narrow.drop(columns="number").fillna(0).value_counts()
    pairs = sum(int(size) * (int(size) - 1) // 2 for size in equal)
    gate = duplicates(narrow, numbered())
    assert gate.value == f"{pairs} pairs"
    assert gate.threshold == f"<= {int(10 * same * rows * (rows - 1) / 2)}"
    assert gate.passed


@pytest.mark.parametrize(("copies", "passes"), [(10, True), (11, False)])
def test_without_an_id_a_twentieth_may_be_copies(copies: int, passes: bool) -> None:
    kept = with_copies(*range(copies), rows=190).drop(columns="number")
    gate = duplicates(kept, declared())
    assert (gate.value, gate.threshold, gate.passed) == (f"{copies} pairs", "<= 10", passes)
    more = duplicates(kept, declared(gates=limits(unexplained_duplicates=1)))
    assert (more.threshold, more.passed) == ("<= 11", True)
    if not passes:
        assert "; remove them, since they add no information. " in gate.detail


@pytest.mark.parametrize(("share", "passes"), [(0.21, True), (0.2, False)])
def test_a_declared_share_of_repeated_rows_takes_the_place_of_chance(share: float, passes: bool) -> None:
    kept = with_copies(*range(50), rows=190).drop(columns="number")
    gate = duplicates(kept, declared(gates=limits(repeated_rows=share)))
    assert (gate.value, gate.threshold, gate.passed) == ("0.208 of the rows", f"<= {share:.3f}", passes)
    assert passes or gate.detail.endswith("gates.data.repeated_rows: 0.209")


def test_a_row_is_not_its_own_pair() -> None:
    """A column of different numbers explains no equal rows."""
    kept = pd.DataFrame({"number": ["1", "2", "3", "4"], "size": [1.0, 2.0, 3.0, 4.0], "bought": ["yes"] * 4})
    assert duplicates(kept, numbered()).threshold == "<= 0"


def test_an_empty_table_has_no_copies() -> None:
    assert duplicates(with_copies().head(0), numbered()) == Gate("data: duplicates", "0 pairs", "<= 0", True, "")


def test_duplicates_and_leakage_are_judged_together() -> None:
    kept = with_copies(1)
    kept["size"] = (kept["bought"] == "yes").to_numpy(dtype=float)
    product = numbered(limits(min_rows_per_class=10))
    gates = all_gates(kept, [], product)
    assert [(gate.name, gate.passed) for gate in gates[2:4]] == [("data: duplicates", False), ("data: leakage", False)]
    assert gates[2] == duplicates(kept, product)
    assert gates[3] == leakage(kept, product)


@pytest.mark.parametrize(("floor", "passes"), [(0.8, True), (0.81, False), (0.5, True)])
def test_a_floor_can_be_reached(floor: float, passes: bool) -> None:
    """Of each ten like rows two are of the other class."""
    rows = table(size=1.0, shape="round", bought=np.array((["yes"] * 8 + ["no"] * 2) * 12, dtype=object))
    (gate,) = attainable(rows, declared(id="number", gates={"floor": floor}))
    assert (gate.name, gate.value, gate.threshold) == ("data: attainable accuracy", "0.800", f">= {floor:.3f}")
    assert gate.passed is passes
    assert gate.detail.startswith("120 of 120 rows have the features of another row and another bought, so no model")


@pytest.mark.parametrize(("floor", "passes"), [(0.75, True), (0.76, False)])
def test_a_floor_of_r2_too(floor: float, passes: bool) -> None:
    """Prices of two like rows are 1 apart, those of unlike ones 2 between their means: a quarter stays."""
    rows = table(size=np.repeat([1.0, 2.0], 60), shape="round", price=np.tile([1.0, 2.0], 60))
    rows.loc[60:, "price"] += 3**0.5
    (gate,) = attainable(rows, declared("regression", id="number", gates={"metric": "r2", "floor": floor}))
    assert (gate.name, gate.value, gate.passed) == ("data: attainable r2", "0.750", passes)


@pytest.mark.parametrize("gates", [{"metric": "roc_auc", "floor": 0.9}, {"metric": "log_loss", "ceiling": 0.1}])
def test_other_metrics_have_no_such_bound(gates: dict[str, Any]) -> None:
    assert attainable(table(size=1.0), declared(gates=gates)) == []
