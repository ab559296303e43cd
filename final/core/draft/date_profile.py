"""The days of a column, by format."""

import datetime
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.draft.examples import Cell, Lines, examples
from core.draft.sentinels import DAYS, Sentinels
from core.source.dates import ISO, START, formats_of, readable, shapes, times, twin

YEARS_AHEAD = 100  # contracts end and things are due in the future, but not later than this
DAY = 86_400  # seconds


@dataclass
class DateProfile:
    """`counts` are cells by format; `too_late` and `not_days` are examples; `unpadded` means a day such as 2020-2-2.

    `clock` are the least and the greatest time of the day, in seconds; `month_days` the least and the greatest day of
    the month, by format.
    """

    counts: dict[str, int] = field(default_factory=dict)
    too_late: list[Cell] = field(default_factory=list)
    not_days: list[Cell] = field(default_factory=list)
    unpadded: bool = False
    latest: str = ""
    clock: tuple[int, int] = (DAY, 0)
    month_days: dict[str, tuple[int, int]] = field(default_factory=dict)
    removed: int = 0  # cells that turned out to mean a missing value
    sentinels: Sentinels = field(default_factory=lambda: Sentinels(DAYS))

    def add(self, column: pa.Array, lines: Lines) -> None:
        """Add one batch of the column; a batch that does not start with a day, words aside, is skipped."""
        if not pc.any(pc.match_substring_regex(column.drop_null().slice(0, 50), START)).as_py():
            return
        text = readable(column)
        shape_of = shapes(text)
        understood = pc.is_null(column)
        for shape in pc.unique(shape_of.drop_null()).to_pylist()[:100]:
            forms = formats_of(shape)
            if not forms:
                continue
            cells = pc.if_else(pc.equal(shape_of, shape), text, None)
            for form in forms:
                parsed = times(cells, form)
                understood = pc.or_(understood, pc.is_valid(parsed))
                self._add_days(form, parsed, column, lines)
            if ISO in forms:
                self.unpadded |= bool(pc.any(pc.less(pc.utf8_length(cells), len("2020-02-02"))).as_py())
        if len(self.not_days) < 3:
            self.not_days += examples(column, pc.invert(understood), lines, 3 - len(self.not_days))

    def _add_days(self, form: str, parsed: pa.Array, column: pa.Array, lines: Lines) -> None:
        """Count the days of one format; for the commonest format also the latest, and the times of the day."""
        count = len(parsed) - parsed.null_count
        if not count:
            return
        self.counts[form] = self.counts.get(form, 0) + count
        if twin(form) is not None:
            spread = pc.min_max(pc.day(parsed)).as_py()
            low, high = self.month_days.get(form, (31, 1))
            self.month_days[form] = (min(low, spread["min"]), max(high, spread["max"]))
        if max(self.counts, key=lambda name: self.counts[name]) != form:
            return
        days = parsed.to_numpy(zero_copy_only=False).astype("datetime64[s]")
        whole_days = days.astype("datetime64[D]")
        self.sentinels.add(column, np.where(np.isnat(days), np.nan, whole_days.astype(float)))
        present = days[~np.isnat(days)]
        self.latest = max(self.latest, str(present.max().astype("datetime64[D]")))
        seconds = present.astype(np.int64) % DAY
        self.clock = (min(self.clock[0], int(seconds.min())), max(self.clock[1], int(seconds.max())))
        today = datetime.date.today()
        last = np.datetime64(f"{today.year + YEARS_AHEAD}-12-31")
        self.too_late += examples(column, pa.array(days > last), lines, 3 - len(self.too_late))

    def formats(self) -> dict[str, int]:
        """The fewest formats that cover the column; of two that look alike the one that fits more cells."""
        counts = dict(self.counts)
        for form in list(counts):
            other = twin(form)
            if form in counts and other in counts:
                del counts[other if self._weight(form) >= self._weight(other) else form]
        return counts

    @property
    def count(self) -> int:
        """Cells that are days."""
        return sum(self.formats().values()) - self.removed

    @property
    def ambiguous(self) -> tuple[str, str] | None:
        """Two formats, if day and month could be swapped in every cell."""
        for form, count in self.counts.items():
            other = twin(form)
            if other is not None and self.counts.get(other) == count and self._weight(form) == self._weight(other):
                return form, other
        return None

    def _weight(self, form: str) -> tuple[int, bool]:
        """Cells, and whether all are on one day of the month: firsts of months rather than days of January."""
        low, high = self.month_days.get(form, (1, 31))
        return self.counts[form], low == high

    def without_form(self, form: str) -> "DateProfile":
        """The profile without a format, which another column of the file has shown to be wrong."""
        return replace(self, counts={name: count for name, count in self.counts.items() if name != form})

    @property
    def has_time(self) -> bool:
        """Whether the time of the day is not the same in all cells."""
        return self.clock[0] < self.clock[1]
