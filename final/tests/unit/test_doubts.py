"""What a green run says of figures that may be luck, or too good."""

from pathlib import Path

import pytest

from product.doubts import doubts
from product.files import write_json
from product.metric_names import MetricName


@pytest.mark.parametrize(
    ("metric", "rows", "value", "said"),
    [
        ("roc_auc", 9, 1.0, ["the hold-out has 9 rows"]),
        ("roc_auc", 86, 1.0, ["the hold-out has 86 rows", "roc_auc 1.000 over 86 rows is too good to be true"]),
        ("r2", 5000, 0.9999, ["r2 1.000 over 5000 rows is too good to be true"]),
        ("r2", 5000, 0.98, []),
        ("rmse", 5000, 1.0, []),
    ],
)
def test_figures_are_doubted(metric: MetricName, rows: int, value: float, said: list[str], tmp_path: Path) -> None:
    write_json({"rows": rows, "metrics": {metric: {"value": value}}}, tmp_path / "metrics.json")
    found = doubts(tmp_path / "metrics.json", metric)
    assert [words for words in said if not any(words in line for line in found)] == []
    assert len(found) == len(said)
