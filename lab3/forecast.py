"""The library behind the service: lab2's model, asked with the weather of the last days.

The features are inside the model file, fitted and chosen by lab2, so nothing of training is written here again: a week
of days is laid out in the columns that `model.json` names (`wind_0` is today's wind, `wind_6` that of six days ago).
"""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
import skops.io
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

# Reviewed: a product of two arrays, and the trees of scikit-learn. No code of the file's own is ever run.
TRUSTED = [
    "numpy.dot",
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
]
MEASURES = ["precipitation", "temp_max", "temp_min", "wind"]


class NotReadyError(RuntimeError):
    """The model's files are missing or do not belong together; the message names file, reason and remedy."""


def _only_a_day(value: object) -> object:
    if isinstance(value, str) and len(value) == len("2015-11-17"):
        return value
    if type(value) is dt.date:
        return value
    raise ValueError("must be a day like 2015-11-17")


def _number(low: float, high: float, about: str) -> Any:
    return Field(strict=True, ge=low, le=high, allow_inf_nan=False, description=about)


class Day(BaseModel):
    """What was measured on one day; the bounds are a little wider than anything measured on Earth."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    date: Annotated[dt.date, BeforeValidator(_only_a_day)] = Field(examples=["2015-11-17"])
    precipitation: Annotated[float, _number(0, 2000, "rain and melted snow, mm")]
    temp_max: Annotated[float, _number(-95, 65, "highest temperature, degrees Celsius")]
    temp_min: Annotated[float, _number(-95, 65, "lowest temperature, degrees Celsius")]
    wind: Annotated[float, _number(0, 120, "wind speed, m/s")]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.temp_min > self.temp_max:
            raise ValueError(f"temp_min {self.temp_min} is above temp_max {self.temp_max}")
        return self


class Days(BaseModel):
    """The last days, the oldest first, without a gap."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    days: Annotated[list[Day], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _no_gap(self) -> Self:
        for before, after in pairwise(self.days):
            if after.date - before.date != dt.timedelta(days=1):
                raise ValueError(f"{after.date} follows {before.date}: days must follow each other, the oldest first")
        return self


@dataclass(frozen=True)
class Forecast:
    """A loaded model; `weeks` holds weeks of real weather: `golden` with their chances, `usual` ones by month."""

    model: Any
    about: dict[str, Any]
    weeks: dict[str, Any]

    @property
    def window(self) -> int:
        """How many days a question needs."""
        return int(self.about["window_days"])

    def rows(self, measures: np.ndarray, today: dt.date) -> pd.DataFrame:
        """The model's rows for weeks (n, window, 4) that end with `today`, the oldest day first."""
        columns = {f"{m}_{ago}": measures[:, -1 - ago, i] for i, m in enumerate(MEASURES) for ago in range(self.window)}
        columns["day_of_year"] = np.full(len(measures), float(today.timetuple().tm_yday))
        return pd.DataFrame(columns, columns=self.about["inputs"])

    def chances(self, measures: np.ndarray, today: dt.date) -> np.ndarray:
        """The chance (n,) of more than 0 mm of rain on the day after `today`, for weeks (n, window, 4)."""
        return np.asarray(self.model.predict_proba(self.rows(measures, today))[:, 1])

    def chance(self, days: Sequence[Day]) -> float:
        """The chance of rain on the day after the last of `days`."""
        return float(self.chances(as_array(days)[None], days[-1].date)[0])


def as_array(days: Sequence[Day]) -> np.ndarray:
    """Days as numbers (days, 4), in the order of MEASURES."""
    return np.array([[getattr(day, name) for name in MEASURES] for day in days], dtype=float)


def load_model(folder: Path) -> tuple[Any, dict[str, Any]]:
    """The model in `folder`, of reviewed types only, and what model.json says about it; raises NotReadyError."""
    again = "run lab2/pipeline.sh, then lab3/pipeline.sh"
    try:
        content = (folder / "model.skops").read_bytes()
        about = json.loads((folder / "model.json").read_text())
        if about["sha256"] != hashlib.sha256(content).hexdigest():
            raise NotReadyError(f"{folder / 'model.skops'}: not the file that model.json beside it names; {again}")
        if about["test"]["accepted"] is not True or about["columns"] != MEASURES:
            raise NotReadyError(f"{folder / 'model.json'}: not an accepted model of {', '.join(MEASURES)}; {again}")
        model = skops.io.loads(content, trusted=TRUSTED)
    except FileNotFoundError as error:
        raise NotReadyError(f"{error.filename}: no such file; {again}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise NotReadyError(f"{folder}: not a model of lab2 ({error}); {again}") from None
    return model, about


def load(folder: Path) -> Forecast:
    """The model that `model_import.py` put into `folder`, once it gave the golden weeks' chances again."""
    model, about = load_model(folder)
    try:
        weeks = json.loads((folder / "weeks.json").read_text())
        if weeks["model"] != about["sha256"]:
            raise NotReadyError(f"{folder / 'weeks.json'}: belongs to another model; run lab3/pipeline.sh")
        forecast = Forecast(model, about, weeks)
        for week in weeks["golden"]:
            got = forecast.chance(Days(days=week["days"]).days)
            if not abs(got - week["chance"]) < 1e-9:
                raise NotReadyError(f"{folder}: a golden week gives {got}, not {week['chance']}; run lab3/pipeline.sh")
    except FileNotFoundError as error:
        raise NotReadyError(f"{error.filename}: no such file; run lab3/pipeline.sh") from None
    except (ValueError, KeyError, TypeError) as error:
        raise NotReadyError(f"{folder / 'weeks.json'}: not weeks of weather ({error}); run lab3/pipeline.sh") from None
    if not weeks["golden"]:
        raise NotReadyError(f"{folder / 'weeks.json'}: no golden week to check the model by; run lab3/pipeline.sh")
    return forecast
