"""`weight` is in the contract of a product that has one, and changes no hash of one that has none."""

from tests.support.small_products import declared


def test_the_weight_is_in_the_contract_and_not_among_the_features() -> None:
    contract = declared(weight="w").contract
    assert contract.weight == "w"
    assert contract.aside == ("w",)
    assert "w" not in contract.features
    assert contract.hash() != declared().contract.hash()


def test_without_one_nothing_is_said_of_it() -> None:
    product = declared()
    assert "weight" not in product.model_dump()
    assert "weight" not in product.contract.model_dump()
    assert product.contract.aside == ()


def test_the_group_is_aside_too() -> None:
    assert declared(weight="w", split={"group": "who"}).contract.aside == ("who", "w")


def test_a_given_model_may_be_tested_on_weighted_rows() -> None:
    assert declared(weight="w", model={"file": "m.cbm"}).weight == "w"
