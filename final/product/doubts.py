"""What a person should think of before they believe a green run: no gate can know it."""

import json
from pathlib import Path

from product.metric_names import KINDS, MetricName

FEW, SOME = 100, 30  # rows of the hold-out: below the one luck decides much, below the other a perfect score is luck
PERFECT = 0.9995


def doubts(metrics: Path, metric: MetricName) -> list[str]:
    """Sentences about the figures of the last test; none where nothing is odd."""
    figures = json.loads(metrics.read_bytes())
    rows, value = figures["rows"], figures["metrics"][metric]["value"]
    found = []
    if rows < FEW:
        found.append(f"note: the hold-out has {rows} rows, so luck has a large part in {metric} {value:.3f}")
    if rows >= SOME and KINDS[metric].higher_is_better and value >= PERFECT:
        found.append(
            f"note: {metric} {value:.3f} over {rows} rows is too good to be true where any column, or several of them "
            "together, is known only after the target: the report says which ones drive the model"
        )
    return found
