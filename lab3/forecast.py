"""The library behind the service: lab2's model, asked with the weather of the last days.

The model file holds its features, fitted and chosen by lab2, so no formula of the training is repeated here: a week of
days becomes a row of the columns that `model.json` names (`wind_0` is today's wind, `wind_6` that of six days ago).
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
import skops.io
from pydantic import BaseModel, ConfigDict, Field, model_validator

# Reviewed: a product of two arrays, and the trees of scikit-learn. No code of the file's own is ever run.
TRUSTED = [
    "numpy.dot",
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
]
MEASURES = ["precipitation", "temp_max", "temp_min", "wind"]
EXAMPLE = json.loads((Path(__file__).resolve().parent / "week.json").read_text())


class NotReadyError(RuntimeError):
    """The model's files are missing or do not belong together; the message names file, reason and remedy."""


class Day(BaseModel):
    """What was measured on one day; the bounds are a little wider than the records of the Earth."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    date: dt.date
    precipitation: Annotated[float, Field(strict=True, ge=0, le=2000, description="rain and melted snow, mm")]
    temp_max: Annotated[float, Field(strict=True, ge=-95, le=65, description="highest temperature, °C")]
    temp_min: Annotated[float, Field(strict=True, ge=-95, le=65, description="lowest temperature, °C")]
    wind: Annotated[float, Field(strict=True, ge=0, le=120, description="wind speed, m/s")]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.temp_min > self.temp_max:
            raise ValueError(f"temp_min {self.temp_min} is above temp_max {self.temp_max}")
        return self


class Days(BaseModel):
    """The last days, the oldest first, without a gap."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [EXAMPLE]})
    days: Annotated[list[Day], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _no_gap(self) -> Self:
        for before, after in pairwise(self.days):
            if after.date - before.date != dt.timedelta(days=1):
                raise ValueError(f"{after.date} follows {before.date}: days must be consecutive, the oldest first")
        return self


@dataclass(frozen=True)
class Forecast:
    """A loaded model; `weeks` holds weeks of real weather: `golden` with their chances, `usual` ones by month."""

    model: Any
    about: dict[str, Any]
    weeks: dict[str, Any]

    @property
    def window(self) -> int:
        """The number of days in a request."""
        return int(self.about["window_days"])

    def chances(self, measures: np.ndarray, today: dt.date) -> np.ndarray:
        """The chance (n,) of more than 0 mm of rain on the day after `today`, for weeks (n, window, 4)."""
        columns = {f"{m}_{ago}": measures[:, -1 - ago, i] for i, m in enumerate(MEASURES) for ago in range(self.window)}
        columns["day_of_year"] = np.full(len(measures), float(today.timetuple().tm_yday))
        rows = pd.DataFrame(columns, columns=self.about["inputs"])
        return np.asarray(self.model.predict_proba(rows)[:, 1])

    def chance(self, days: Sequence[Day]) -> float:
        """The chance of rain on the day after the last of `days`."""
        return float(self.chances(as_array(days)[None], days[-1].date)[0])


def as_array(days: Sequence[Day]) -> np.ndarray:
    """Days as numbers (days, 4), in the order of MEASURES."""
    return np.array([[getattr(day, name) for name in MEASURES] for day in days], dtype=float)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn any failure to read `path` into a NotReadyError."""
    remedy = "run lab2/pipeline.sh, then lab3/pipeline.sh"
    try:
        yield
    except OSError as error:
        raise NotReadyError(f"{error.filename or path}: {error.strerror}; {remedy}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise NotReadyError(f"{path}: {error}; {remedy}") from None


def load_model(folder: Path) -> tuple[Any, dict[str, Any]]:
    """The model in `folder`, of reviewed types only, and the content of model.json; raises NotReadyError."""
    with reading(folder / "model.json"):
        about = json.loads((folder / "model.json").read_text())
        if about["test"]["accepted"] is not True or about["columns"] != MEASURES:
            raise ValueError(f"not an accepted model of {', '.join(MEASURES)}")
    with reading(folder / "model.skops"):
        content = (folder / "model.skops").read_bytes()
        if about["sha256"] != hashlib.sha256(content).hexdigest():
            raise ValueError("its sha256 is not the one in model.json")
        return skops.io.loads(content, trusted=TRUSTED), about


def load(folder: Path) -> Forecast:
    """The model that `model_import.py` put into `folder`, after it reproduced the golden weeks' chances."""
    model, about = load_model(folder)
    with reading(folder / "weeks.json"):
        weeks = json.loads((folder / "weeks.json").read_text())
        if weeks["model"] != about["sha256"] or not weeks["golden"]:
            raise ValueError("it has no golden weeks of this model")
        forecast = Forecast(model, about, weeks)
        for week in weeks["golden"]:
            chance = forecast.chance(Days(days=week["days"]).days)
            if not abs(chance - week["chance"]) < 1e-9:
                raise ValueError(f"a golden week gives {chance}, not {week['chance']}")
    return forecast
