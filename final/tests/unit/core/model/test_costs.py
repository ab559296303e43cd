"""What a model costs: the size of its files, and a time that grows with its work."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from core.model.costs import megabytes, microseconds
from tests.support.small_products import declared, linear_model


def test_megabytes_are_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "a").write_bytes(b"1" * 1500)
    (tmp_path / "inside" / "b").write_bytes(b"1" * 500)
    assert megabytes(tmp_path) == 0.002


def test_microseconds_are_of_a_thousand_rows_however_few_there_are() -> None:
    asked: list[int] = []
    counted = SimpleNamespace(scores=lambda table: asked.append(len(table)))
    table = pd.DataFrame({"size": [1.0, 2.0], "shape": ["round", "square"]})
    assert microseconds(counted, table) >= 0  # type: ignore[arg-type]
    assert asked == [1000] * 5
    assert microseconds(linear_model(declared(), {"size": [1.0]}, [0.0]), table) > 0
