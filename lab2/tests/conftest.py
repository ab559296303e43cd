import pandas as pd
import pytest

from tests.lab import ROOT, fixtures

fresh, ran, lab = fixtures("lab2")


@pytest.fixture(scope="session")
def snapshot() -> pd.DataFrame:
    """The packaged table as anybody would read it."""
    return pd.read_csv(ROOT / "lab2/snapshot/seattle-weather.csv", parse_dates=["date"])
