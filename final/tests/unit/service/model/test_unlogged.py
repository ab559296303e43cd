"""Which columns the prediction log does not have."""

from dataclasses import replace

from core.spec.contract import Contract
from tests.support.small_live import small_live


def masked(*names: str) -> Contract:
    contract = small_live().serving.contract
    features = {
        name: feature.model_copy(update={"log": name not in names}) for name, feature in contract.features.items()
    }
    return contract.model_copy(update={"features": features})


def test_every_column_is_logged_unless_somebody_says_otherwise() -> None:
    assert small_live().serving.unlogged == set()


def test_the_manifest_and_the_product_file_of_today_both_count() -> None:
    serving = replace(small_live().serving, manifest={"unlogged": ["note"]}, declared=masked("day"))
    assert serving.unlogged == {"note", "day"}


def test_a_masked_column_is_the_same_contract() -> None:
    assert masked("note").hash() == small_live().serving.contract.hash()
