"""What lab2 leaves behind, in small and without running it: an accepted model, and its tables of windows."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io
from sklearn.linear_model import LogisticRegression

from lab3.forecast import MEASURES

WINDOW = 7
INPUTS = [f"{name}_{ago}" for name in MEASURES for ago in range(WINDOW)] + ["day_of_year"]


def windows(first: str, days: int, seed: int) -> pd.DataFrame:
    """Rows of lab2's tables: made-up weather, index `date`."""
    rng = np.random.default_rng(seed)
    minimum = rng.normal(8, 4, days + WINDOW)
    measures = {
        "precipitation": rng.exponential(3, len(minimum)),
        "temp_max": minimum + rng.uniform(1, 9, len(minimum)),
        "temp_min": minimum,
        "wind": rng.uniform(0, 8, len(minimum)),
    }
    dates = pd.date_range(first, periods=days, name="date")
    columns = {
        f"{name}_{ago}": values[WINDOW - ago : WINDOW - ago + days]
        for name, values in measures.items()
        for ago in range(WINDOW)
    }
    return pd.DataFrame({**columns, "day_of_year": dates.day_of_year.astype(float)}, index=dates)


def write(folder: Path) -> None:
    """Fill `folder` as lab2's pipeline fills its own."""
    train, test = windows("2013-01-01", 400, 1), windows("2014-03-01", 90, 2)
    (folder / "data/windows").mkdir(parents=True)
    train.to_csv(folder / "data/windows/train.csv")
    test.to_csv(folder / "data/windows/test.csv")
    model = LogisticRegression(C=0.01, max_iter=500).fit(train, train["precipitation_0"] > 3)
    content = skops.io.dumps(model)
    about = {
        "window_days": WINDOW,
        "columns": MEASURES,
        "inputs": INPUTS,
        "sha256": hashlib.sha256(content).hexdigest(),
        "test": {"accepted": True},
    }
    (folder / "model").mkdir()
    (folder / "model/model.skops").write_bytes(content)
    (folder / "model/model.json").write_text(json.dumps(about))
