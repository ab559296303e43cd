"""How rows are split: by a date that orders them, and by a column that repeats, such as a patient or a machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.base.errors import UserError
from core.draft.column_profile import ColumnProfile
from core.draft.guess import LEFT_OUT, WEIGHT, Guess
from core.draft.guess_order import HOLDOUT, course, missing_class
from core.draft.head import Head
from core.source.dates import ISO, moments
from core.source.normalise import plain_cells
from core.spec.source import Source
from core.table.keys import LEAST_GROUPS, Key, keys

NONE = "none"
MOST_SERIES = 20  # columns that may interleave several series
MOST_ROWS = 50_000  # in which keys are looked for
MOST_GAPS = 0.05  # share of the rows that may be left out, because they have no date
MOST_OVERLAP = 0.1  # share of the rows of earlier groups that may be later than the first of the hold-out


@dataclass(frozen=True)
class SplitGuess:
    """`by` and `group` of product.yaml's split, and the evidence for both or against them."""

    by: str | None = None
    group: str | None = None
    reasons: tuple[str, ...] = ()
    require: tuple[str, ...] = ()  # rows without it have no place in time and are dropped


@dataclass(frozen=True)
class Rows:
    """The columns of a draft as values: numbers as float64, everything else as text."""

    columns: Mapping[str, ColumnProfile]
    guesses: Sequence[Guess]
    head: Head
    source: Source

    @property
    def target(self) -> Guess:
        return next(guess for guess in self.guesses if guess.kind == "target")

    def all_targets(self) -> pd.Series:
        """Of every row, None or NaN if it has none."""
        return self._values(self.target, self.head.column(self.target.name, self.source.missing_in(self.target.name)))

    def first(self, names: Sequence[str], most: int | None = None) -> pd.DataFrame:
        """The first rows, not more than `most`; each column is converted once."""
        if most is not None and most >= self.head.rows:
            most = None
        guesses = {guess.name: guess for guess in self.guesses}
        return pd.DataFrame({name: self._first(guesses[name], most) for name in names})

    def _first(self, guess: Guess, most: int | None) -> pd.Series:
        key = guess.name, most
        if key not in self._converted:
            cells = self.head.first(guess.name, self.source.missing_in(guess.name)).slice(0, most)
            self._converted[key] = self._values(guess, cells)
        return self._converted[key]

    @cached_property
    def _converted(self) -> dict[tuple[str, int | None], pd.Series]:
        """What `first` has converted: the split and the repeated rows are guessed from the same columns."""
        return {}

    def _values(self, guess: Guess, cells: pa.Array) -> pd.Series:
        is_number = self.columns[guess.name].is_numeric and "values" not in guess.settings
        if not is_number:
            text: pd.Series = cells.to_pandas().astype(object)
            return text.where(text.notna(), None)
        numbers: pd.Series = plain_cells(cells, self.source, guess.name).to_pandas()
        return pd.to_numeric(numbers, errors="coerce").astype(float)


def split(rows: Rows, by: str | None, group: str | None) -> SplitGuess:
    """The split of a draft; `by` and `group` are those of the options --by and --group. Raises UserError."""
    date, why = _by(rows, by)
    by_date = date.name if date is not None else None
    require = (date.name,) if date is not None and _gaps(rows, date) else ()
    key, why_group = _group(rows, group)
    if key is None:
        return SplitGuess(by_date, None, (*why_group, *why), require)
    evidence = key.evidence(rows.target.name) if group is None else "set by --group"
    reason = f"rows of one {key.name} stay together: {evidence}"
    if by_date is None:
        return SplitGuess(None, key.name, (reason, *why))
    if (by is not None and group is not None) or _begin_in_turn(rows, by_date, key.name):
        return SplitGuess(by_date, key.name, (reason, *why), require)
    if by is None and (group is not None or key.fixes_target):
        return SplitGuess(None, key.name, (reason, f"they go on at the same time, so {by_date} cannot split them"))
    both_sides = f"rows of one {key.name} are on both sides of the border in time: tested on later rows of known ones"
    return SplitGuess(by_date, None, (*why, both_sides), require)


def _gaps(rows: Rows, guess: Guess) -> int:
    profile = rows.columns[guess.name]
    return profile.rows - profile.present


def _by(rows: Rows, forced: str | None) -> tuple[Guess | None, tuple[str, ...]]:
    if forced == NONE and NONE not in rows.columns:
        return None, ("no split by time: set by --by",)
    dates = [guess for guess in rows.guesses if guess.kind == "date" and forced in (None, guess.name)]
    if forced is not None and not dates:
        raise UserError(f"--by {forced}: is not a date here; --as {forced}=date:FORM makes it a date")
    against: dict[str, list[str]] = {}
    for guess in dates:
        gaps = _gaps(rows, guess)
        if gaps > MOST_GAPS * rows.head.rows:
            against.setdefault(f"{gaps:,} rows without it", []).append(guess.name)
            continue
        times, target, series = _in_time(rows, guess)
        orders, reason = (True, "set by --by") if forced else course(guess.name, times, target, series)
        if orders and forced is None and (lacking := missing_class(times, target)):
            return None, (f"{reason}, but {lacking}, so they are split by hash",)
        if orders:
            left_out = f"; {gaps:,} rows without it are left out" if gaps else ""
            return guess, (f"{reason}: tested on the latest, as it will be in use{left_out}",)
        against.setdefault(reason, []).append(guess.name)
    if forced is not None:
        raise UserError(f"--by {forced}: {', '.join(against)}: they have no place in time")
    if not against:
        return None, ()
    remedy = f"--by {dates[0].name} tests on the latest, if predictions are about later rows"
    reasons = "; ".join(f"{' and '.join(names)} ({reason})" for reason, names in against.items())
    return None, (f"no date orders the rows: {reasons}. {remedy}",)


def _in_time(rows: Rows, guess: Guess) -> tuple[np.ndarray, pd.Series, dict[str, np.ndarray]]:
    """Seconds, targets, and columns that may interleave several series, of the rows with a date and a target."""
    times = _moments(rows, guess)
    target = rows.all_targets()[: len(times)]
    is_used = target.notna().to_numpy() & pc.is_valid(times).to_numpy(zero_copy_only=False)
    series = {name: codes[is_used] for name, codes in _series(rows, guess).items()}
    return _seconds(times)[is_used], target[is_used].rename(rows.target.name), series


def _moments(rows: Rows, guess: Guess) -> pa.Array:
    return moments(rows.head.column(guess.name, rows.source.missing_in(guess.name)), guess.dates or (ISO,))


def _seconds(times: pa.Array) -> np.ndarray:
    """0 where missing."""
    return np.asarray(pc.fill_null(times.cast(pa.int64()), 0).to_numpy(zero_copy_only=False))


def _series(rows: Rows, date: Guess) -> dict[str, np.ndarray]:
    """Columns that may interleave several series, as codes."""
    if not rows.head.is_whole:
        return {}
    codes = {}
    for guess in rows.guesses:
        profile = rows.columns[guess.name]
        count = len(profile.values.counts)
        is_label = guess.kind not in ("date", "number", "target", WEIGHT) and not profile.values.overflow
        if is_label and guess.name != date.name and 1 < count <= profile.rows // 5:
            codes[guess.name] = pd.factorize(rows.head.first(guess.name).to_pandas(), use_na_sentinel=False)[0]
    return dict(list(codes.items())[:MOST_SERIES])


def _group(rows: Rows, forced: str | None) -> tuple[Key | None, tuple[str, ...]]:
    if forced == NONE and NONE not in rows.columns:
        return None, ("no groups are kept together: set by --group",)
    labels = [guess.name for guess in rows.guesses if guess.kind not in ("date", "target", WEIGHT)]
    names = [name for name in labels if not rows.columns[name].unique and not rows.columns[name].has_at_most(1)]
    if forced is not None:
        return _forced_group(rows, forced, names), ()
    features = [guess.name for guess in rows.guesses if guess.is_feature]
    shown = [guess.name for guess in rows.guesses if guess.name in names or guess.is_feature]
    table = rows.first([*shown, rows.target.name], MOST_ROWS)
    table = table[table[rows.target.name].notna()]
    candidates = [name for name in names if features != [name]]
    repeating = keys(table, candidates, rows.target.name)
    best = next((key for key in repeating if key.can_split), None)
    few = [
        f"{key.name} repeats ({key.evidence(rows.target.name)}), but {LEAST_GROUPS} are needed to test on some "
        f"and learn from others: the score is of a {key.name} that the model knows"
        for key in repeating
        if best is None
    ]
    return best, tuple(few[:1])


def _forced_group(rows: Rows, forced: str, names: Sequence[str]) -> Key:
    """Raises UserError if the column has too few values, or no two rows with the same."""
    profile = rows.columns[forced]
    if forced not in names:
        reason = "every value is different" if profile.unique else "the target, a date or a constant is not a group"
        raise UserError(f"--group {forced}: {reason}; name the column that says whose row it is")
    if profile.has_at_most(LEAST_GROUPS - 1):
        raise UserError(
            f"--group {forced}: has {len(profile.values.counts)} values, at least {LEAST_GROUPS} are needed to test on "
            f"some and learn from others: get rows of more, or --group {NONE}"
        )
    return Key(forced, len(profile.values.counts), profile.rows, 0.0, 0, 0)


def _begin_in_turn(rows: Rows, by: str, group: str) -> bool:
    """Whether the groups begin one after the other, so that a border in time has whole groups on each side."""
    if not rows.head.is_whole:
        return False
    guess = next(guess for guess in rows.guesses if guess.name == by)
    times = pd.Series(_seconds(_moments(rows, guess)))
    starts = times.groupby(rows.head.first(group).to_pandas().to_numpy()).transform("min").fillna(times)
    border = starts.quantile(1 - HOLDOUT)
    earlier = starts < border
    return bool(earlier.any() and (times[earlier] >= border).mean() <= MOST_OVERLAP)


def leave_out(guesses: Sequence[Guess], guess: SplitGuess) -> None:
    """The group is no feature, since a new row may be of a new group; a date that rows need is not nullable."""
    for column in guesses:
        if column.name in guess.require:
            column.settings.pop("nullable", None)
        if column.name == guess.group:
            column.kind = LEFT_OUT
            column.evidence = "the group of split, not a feature: a new row may be of a new one"
