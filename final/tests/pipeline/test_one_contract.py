"""Any valid line of a table is a valid request, and the same to the model."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.spec.columns import Boolean, Category, Date, Feature, Integer, Number
from tests.support.one_contract import PRODUCT, assert_the_same_both_ways


def values(feature: Feature) -> st.SearchStrategy[Any]:
    """Valid JSON values of a feature. Text has no line ends, which a CSV cell may not keep, and is not empty."""
    match feature:
        case Number():
            some: st.SearchStrategy[Any] = st.floats(feature.min, feature.max)
        case Integer():
            some = st.integers(feature.min, feature.max)
        case Category():
            some = st.sampled_from(feature.values)
        case Boolean():
            some = st.booleans()
        case Date():
            some = st.dates().map(lambda day: day.isoformat())
        case _:
            some = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=50)
    return st.one_of(st.none(), some) if feature.nullable else some


ROWS = st.fixed_dictionaries({name: values(feature) for name, feature in PRODUCT.contract.features.items()})


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=5))
def test_a_row_of_a_table_and_a_request_are_the_same_to_the_model(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert_the_same_both_ways(rows, Path(folder) / "any.csv")
