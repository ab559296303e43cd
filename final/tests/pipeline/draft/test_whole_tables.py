"""What only the whole table tells: whose rows they are, their order in time, and rows that repeat."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.spec import yaml_file
from tests.support.checkout import Checkout


def stays() -> pd.DataFrame:
    """Six rows of each of 60 patients, who came one after the other; the newest are first, and some rows repeat."""
    rng = np.random.default_rng(0)
    patient = np.arange(360) // 6
    pulse = rng.normal(70, 9, 60)[patient] + rng.normal(0, 3, 360)
    start = datetime(2021, 1, 30, 6)
    times = [start + timedelta(hours=float(2 * row)) for row in range(360)]
    rows = pd.DataFrame(
        {
            "patient_id": 900 - 7 * patient,
            "at": [time.strftime("%m/%d/%Y %I:%M %p") for time in times],
            "pulse": pulse.round(1),
            "y": np.where(rng.normal(70, 9, 60)[patient] + 2 * pulse > 210, "ill", "well"),
        }
    )
    return pd.concat([rows, rows.iloc[::4]]).sort_index(ascending=False)


@pytest.mark.slow
def test_patients_that_came_in_turn_are_split_by_time_and_scored_as_they_were_written(
    shop: Checkout, tmp_path: Path
) -> None:
    rows = stays()
    rows.to_csv(tmp_path / "stays.csv", index=False)
    options = ("--target", "y", "--ignore", "patient_id", "--quality", "fast")
    done = shop.bash("pipeline.sh", "--data", str(tmp_path / "stays.csv"), *options)
    assert done.returncode == 0, done.stderr
    product = yaml_file.load(str(shop.root / "final" / "products" / "stays"))
    assert (product.split.by, product.split.group) == ("at", "patient_id")
    assert list(product.features) == ["at", "pulse"]
    for words in (
        "split: rows of one patient_id stay together: 60 values in 450 rows",
        "split: rows are in the falling order of at: tested on the latest",
        "split: groups on two sides",
        "note: 90 of 450 rows repeat an earlier row",
    ):
        assert words in done.stderr
    rows.drop(columns="y").to_csv(tmp_path / "new.csv", index=False)
    scored = shop.bash("score.sh", str(tmp_path / "new.csv"), str(tmp_path / "out.csv"), "--product", "stays")
    assert scored.returncode == 0, scored.stderr
    assert set(pd.read_csv(tmp_path / "out.csv")["prediction"]) == {"ill", "well"}
