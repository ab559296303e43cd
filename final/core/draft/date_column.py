"""The guess for a column of dates: their forms, and whether day and month or the century could be read wrong."""

import datetime

from core.draft.column_profile import ColumnProfile
from core.draft.date_profile import YEARS_AHEAD
from core.draft.examples import shown
from core.draft.guess import Guess
from core.source.dates import ISO

SHORT_YEARS_AHEAD = 10  # a later year of two digits may be one of the last century


def not_dates(profile: ColumnProfile) -> str:
    """What is wrong with a column that --as calls a date; empty if every cell is one."""
    if profile.dates.formats() and profile.dates.count == profile.present:
        return ""
    cells = shown(profile.dates.not_days) or ", ".join(map(repr, list(profile.values.counts)[:3]))
    return f"not a date in a form that is recognised: {cells}. Name the form: --as {profile.name}=date:%d.%m.%Y"


def _in_years(years: int) -> str:
    """The first day of the year so many years from now."""
    return f"{datetime.date.today().year + years}-01-01"


def guess_date(profile: ColumnProfile) -> Guess:
    name, dates = profile.name, profile.dates
    formats = list(dates.formats())
    evidence = f"written as {' and '.join(formats)}"
    if any(form.endswith("%z") for form in formats):
        evidence += ", read as the time on the wall"
    if dates.latest > datetime.date.today().isoformat():
        evidence += f"; up to {dates.latest}, which is to come"
    trouble = ""
    if dates.ambiguous:
        first, second = dates.ambiguous
        trouble = f"day and month could be swapped in every cell: --as {name}=date:{first} or --as {name}=date:{second}"
    if dates.too_late:
        trouble = (
            f"a date more than {YEARS_AHEAD} years in the future: {shown(dates.too_late)}. Correct it, or "
            f"--as {name}=date if it is intended"
        )
    if dates.latest > _in_years(SHORT_YEARS_AHEAD) and any("%y" in form for form in formats):
        trouble = (
            f"years of two digits are read as 1969 to 2068, and then the latest is {dates.latest}: write four digits, "
            f"or --as {name}=date if that is right"
        )
    if dates.has_time:
        evidence += "; the hour is a feature"
    settings = {"time": True} if dates.has_time else {}
    is_plain = formats == [ISO] and not dates.unpadded
    return Guess(name, "date", evidence, settings, trouble, () if is_plain else tuple(formats))
