"""What a client of a champion would have to change, in one line for each kind of change."""

from core.gates.champion import contract_changes
from core.spec.product import Product
from tests.support.small_products import declared


def of(*names: str, **types: str) -> Product:
    nullable = {name: {"type": "number", "nullable": True} for name in names}
    return declared(features={**nullable, **{name: {"type": kind} for name, kind in types.items()}})


def test_every_column_is_named_in_the_order_of_the_contract() -> None:
    old = of("left", "gone", kept="number", first="number", second="text")
    new = of("new", "another", kept="number", second="integer", first="text", must="number", too="date")
    assert contract_changes(old.contract, new.contract) == [
        "clients must send must, too, first as text, second as integer",
        "clients may send new, another",
        "clients must not send left, gone",
    ]


def test_a_category_that_becomes_a_text_and_back_is_another_type() -> None:
    closed = declared(features={"shape": {"type": "category", "values": ["round", "flat"]}}).contract
    free = declared(features={"shape": {"type": "text"}}).contract
    assert contract_changes(closed, free) == ["clients must send shape as text"]
    assert contract_changes(free, closed) == ["clients must send shape as category"]


def test_the_same_contract_changes_nothing() -> None:
    assert contract_changes(of("size").contract, of("size").contract) == []


def test_a_lost_class_is_named() -> None:
    colours = {"name": "kind", "task": "multiclass", "values": ["red", "green", "blue", "white"]}
    fewer = declared("multiclass").contract
    assert contract_changes(declared(target=colours).contract, fewer) == [
        "it predicts kind (multiclass: red, green, blue) instead of kind (multiclass: red, green, blue, white)",
        "it no longer answers white",
    ]
    assert len(contract_changes(fewer, declared(target=colours).contract)) == 1
