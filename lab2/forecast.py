"""Asks the accepted model about the last days of a table: how a service uses what this lab leaves behind.

Two files are all that is needed: `model/model.skops`, made of scikit-learn's own parts, and `model/model.json`, which
names its inputs. No other code of this lab takes part.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import skops.io
import typer
from sklearn.pipeline import Pipeline

HERE = Path(__file__).resolve().parent
WEATHER, MODEL = HERE / "data/weather.csv", HERE / "model"
# The same as in model_testing.py. It must stand in code: a list that came with the file would trust the file.
BOOSTED = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
TRUSTED = ["numpy.dot", "sklearn.tree._tree.Tree", BOOSTED]


def load(folder: Path) -> tuple[Pipeline, dict[str, Any]]:
    """The model and what model.json says about it; raises ValueError unless both belong together, OSError if absent."""
    about: dict[str, Any] = json.loads((folder / "model.json").read_text())
    content = (folder / "model.skops").read_bytes()
    if about["sha256"] != hashlib.sha256(content).hexdigest():
        raise ValueError(f"{folder / 'model.skops'} is not the file that model.json names; run the pipeline again")
    return skops.io.loads(content, trusted=TRUSTED), about


def input_row(days: pd.DataFrame, about: dict[str, Any]) -> pd.DataFrame:
    """One row of the model's inputs from days of weather in order, the last one today; earlier days are not looked at.

    `days` has the days as index and the columns `about["columns"]` (mm, °C, °C, m/s). Raises ValueError where one of
    the last `about["window_days"]` days is missing.
    """
    window = days.iloc[-about["window_days"] :]
    today = window.index[-1]
    if list(window.index) != list(pd.date_range(end=today, periods=about["window_days"])):
        raise ValueError(f"needs the {about['window_days']} days up to {today:%Y-%m-%d}, each once and in order")
    last_first = window[::-1]
    cells = {f"{name}_{ago}": last_first[name].iloc[ago] for name in about["columns"] for ago in range(len(window))}
    inputs: list[str] = about["inputs"]
    return pd.DataFrame({**cells, "day_of_year": today.day_of_year}, index=[today])[inputs].astype(float)


def main(
    weather: Annotated[Path, typer.Option(help="CSV with date, precipitation, temp_max, temp_min, wind.")] = WEATHER,
    model_folder: Annotated[Path, typer.Option("--model", help="Folder of the accepted model.")] = MODEL,
) -> None:
    """Print the chance of rain on the day after the last one of a table."""
    try:
        model, about = load(model_folder)
        row = input_row(pd.read_csv(weather, index_col="date", parse_dates=["date"]), about)
        chance = model.predict_proba(row)[0, 1]
    except (ValueError, KeyError, IndexError, OSError) as error:
        sys.exit(f"forecast.py: cannot ask {model_folder} about {weather}: {error}")
    print(f"{row.index[0] + pd.Timedelta(days=1):%Y-%m-%d}: chance of rain {chance:.3f}")


if __name__ == "__main__":
    typer.run(main)
