import pandas as pd
import pytest

from lab2.data_preparation import make_windows
from lab2.inputs import check_weather, parse_csv
from tests.support.lab import ROOT, fixtures

fresh, ran, lab = fixtures("lab2")
SNAPSHOT = ROOT / "lab2/snapshot/seattle-weather.csv"


@pytest.fixture(scope="session")
def snapshot() -> pd.DataFrame:
    """The packaged table as anybody would read it."""
    return pd.read_csv(SNAPSHOT, parse_dates=["date"])


@pytest.fixture(scope="session")
def weather() -> pd.DataFrame:
    """The packaged table as the stages see it."""
    return check_weather(parse_csv(SNAPSHOT.read_bytes(), SNAPSHOT.name), SNAPSHOT.name)


@pytest.fixture(scope="session")
def windows(weather: pd.DataFrame) -> pd.DataFrame:
    """All days with seven days of weather and a known tomorrow."""
    return make_windows(weather).dropna()
