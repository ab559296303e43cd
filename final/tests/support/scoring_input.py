"""A file of rows to score."""

import json
from pathlib import Path

import pandas as pd

from tests.support.checkout import Checkout


def table(checkout: Checkout, to: Path, mistakes: bool = True, times: int = 5) -> int:
    """The raw table without its target, several times over; every hundredth passenger's age is a word. Its length."""
    rows = pd.concat([pd.read_csv(checkout.product / "data/raw.csv", dtype=str)] * times, ignore_index=True)
    rows = rows.drop(columns="Survived")
    if mistakes:
        rows.loc[::100, "Age"] = "old"
    if to.suffix == ".csv":
        rows.to_csv(to, index=False)
    else:
        columns = rows.drop(columns="PassengerId").to_dict("records")
        to.write_text("".join(json.dumps({k: v for k, v in row.items() if v == v}) + "\n" for row in columns))
    return len(rows)
