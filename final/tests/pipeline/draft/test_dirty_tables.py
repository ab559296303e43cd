"""300 dirty tables with known rows: each is read as it is meant, or refused; nothing is silently different."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from core.base.errors import UserError
from tests.support.dirty_tables import Written, dirty
from tests.support.drafts import drafted_table

TABLES = 300
BATCHES = 4  # for the workers of a test run
MOST_REFUSED = 0.03


def differences(table: Written, read: pd.DataFrame) -> list[str]:
    """What was read otherwise than it is meant."""
    if len(read) != len(table.rows):
        return [f"{len(read)} rows, not {len(table.rows)}"]
    truth = pd.DataFrame(table.rows)
    if odd := sorted(set(read.columns) - set(truth.columns)):
        return [f"columns {odd}"]
    if lost := sorted({"size", "visits", "place", "day", "y"} - set(read.columns)):
        return [f"without {lost}"]
    lines = []
    for name in read.columns:
        is_same = (read[name] == truth[name]) | (read[name].isna() & truth[name].isna())
        if not is_same.all():
            row = is_same.tolist().index(False)
            lines.append(f"{name}: {read[name][row]!r}, not {truth[name][row]!r}")
    return lines


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_dirty_table_is_read_as_it_is_meant_or_refused(batch: int, tmp_path: Path) -> None:
    silent: list[str] = []
    refused: Counter[str] = Counter()
    seeds = range(batch, TABLES, BATCHES)
    for seed in seeds:
        table = dirty(seed)
        path = tmp_path / f"table{seed}.csv"
        path.write_bytes(table.content)
        try:
            _, read = drafted_table(path, tmp_path / f"products{seed}")
        except UserError as error:
            refused[f"{seed} {table.kinds}: {error}"] += 1
            continue
        silent += [f"{seed} {table.kinds}: {line}" for line in differences(table, read)]
    assert silent == []
    assert len(refused) <= MOST_REFUSED * len(seeds), "\n".join(refused)
