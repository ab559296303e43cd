"""A split that leaks is a fault of code, not of a table: it is planted there, and the gates after it must see it."""

import pandas as pd
import pytest

from product import split_gates
from product.gates import Gate
from product.product_file import load
from tests.checkout import Checkout

ROWS = pd.DataFrame({"PassengerId": ["1", "2", "3", "4"], "Survived": ["0", "1", "0", "1"]})


def verdicts(**parts: pd.DataFrame) -> dict[str, tuple[str, bool]]:
    return {gate.name: (gate.value, gate.passed) for gate in split_gates.all_gates(parts, load("titanic"))}


@pytest.mark.parametrize("leaky", ["train", "validation"])
def test_a_row_on_two_sides_is_counted(leaky: str) -> None:
    parts = {name: ROWS.assign(PassengerId=name + ROWS["PassengerId"]) for name in ("train", "validation", "holdout")}
    assert verdicts(**parts)["split: rows on two sides"] == ("0", True)
    parts["holdout"] = pd.concat([parts["holdout"], parts[leaky].head(2)])
    assert verdicts(**parts)["split: rows on two sides"] == ("2", False)


def test_a_class_that_a_part_lacks_is_counted() -> None:
    parts = {name: ROWS.assign(PassengerId=name + ROWS["PassengerId"]) for name in ("train", "validation", "holdout")}
    assert verdicts(**parts)["split: classes lacking"] == ("0", True)
    parts["validation"] = parts["validation"].query("Survived == '0'")
    assert verdicts(**parts)["split: classes lacking"] == ("1", False)


def test_a_part_of_a_regression_whose_target_never_changes_is_named() -> None:
    product = load("temperatures")
    rows = pd.DataFrame({name: ["1", "2"] for name in [product.id, product.split.by] if name})
    parts = {name: rows.assign(**{product.target.name: [20.5, 21.5]}) for name in ("train", "validation", "holdout")}

    def lacking() -> Gate:
        return next(gate for gate in split_gates.all_gates(parts, product) if gate.name == "split: classes lacking")

    assert (lacking().value, lacking().passed) == ("0", True)
    parts["train"] = rows.assign(**{product.target.name: 20.5})
    assert (lacking().value, lacking().passed) == ("1", False)
    assert f"{product.target.name} is 20.5 in all of train: get more rows, or change the shares" in lacking().detail


def test_a_split_that_leaks_stops_the_run(checkout: Checkout) -> None:
    library = checkout.root / "final" / "product" / "table.py"
    code = library.read_text()
    assert code.count("table[~in_holdout & ~in_validation]") == 1
    library.write_text(code.replace("table[~in_holdout & ~in_validation]", "table[~in_validation]"))
    before = checkout.registry_state()
    done = checkout.bash("pipeline.sh")
    assert done.returncode == 1
    assert done.stdout == ""
    assert (
        "gate split: rows on two sides failed: 188, wanted 0. Rows with the same id stand on two sides" in done.stderr
    )
    assert "model_preparation" not in done.stderr
    assert checkout.registry_state() == before
