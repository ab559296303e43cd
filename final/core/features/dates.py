"""What the model sees of a date: its number, and parts of it that come again."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.features.columns import Column, convert_each


def day_number(value: date | str | None) -> float:
    """Days since 1 January of the year 1; NaN for a missing date."""
    if value is None:
        return math.nan
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return float(day.toordinal())


def moment_number(value: datetime | str | None) -> float:
    """Days since 1 January of the year 1, with the time as a fraction; NaN for a missing time."""
    if value is None:
        return math.nan
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return moment.toordinal() + seconds / DAY


def _year(day: date) -> float:
    return day.year


def _month(day: date) -> float:
    return day.month


def _season_angle(day: date) -> float:
    """The day of the year as an angle, so that New Year's Eve is next to New Year's Day."""
    return 2 * math.pi * day.timetuple().tm_yday / 365.25


def _season_sin(day: date) -> float:
    return round(math.sin(_season_angle(day)), 6)


def _season_cos(day: date) -> float:
    return round(math.cos(_season_angle(day)), 6)


DAY = 86_400  # seconds
PARTS: tuple[Callable[[date], float], ...] = (_year, _month, date.weekday, _season_sin, _season_cos)  # as in DAY_PARTS


@dataclass(frozen=True)
class DatePart:
    """One part of the dates of a column of day numbers; NaN for a missing date."""

    column: str
    part: Callable[[date], float]

    def __call__(self, made: Mapping[str, Column]) -> Column:
        return convert_each(self._of_number, made[self.column])

    def _of_number(self, number: float | None) -> float:
        if number is None or number != number:
            return math.nan
        return float(self.part(date.fromordinal(int(number))))


@dataclass(frozen=True)
class HourOfDay:
    """Hours since midnight of a column of day numbers with times; NaN for a missing time."""

    column: str

    def __call__(self, made: Mapping[str, Column]) -> Column:
        return convert_each(self._of_number, made[self.column])

    def _of_number(self, number: float | None) -> float:
        if number is None or number != number:
            return math.nan
        return round(number % 1 * DAY) / 3600
