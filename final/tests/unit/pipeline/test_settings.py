"""What of a product file makes which stage run again."""

from pathlib import Path

from core.spec.product import Product
from pipeline.settings import resolve
from tests.support.small_product import product


def test_a_column_that_becomes_a_number_is_read_anew(tmp_path: Path) -> None:
    """data_creation writes decimal commas as points in columns of numbers only."""
    small = product("binary", "linear")
    (tmp_path / "small.csv").write_text("size\n1\n")
    assert resolve(small, tmp_path) == []
    declared = small.model_dump(mode="json")
    declared["features"]["kind"] = {"type": "number", "nullable": True}
    lines = resolve(Product.model_validate(declared), tmp_path)
    assert "written_as.kind: not there -> number; runs again from data_creation" in lines
