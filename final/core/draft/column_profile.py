"""What one pass over a column finds, in memory that does not grow with the rows (except for `ValueProfile.hashes`)."""

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from core.draft.date_profile import DateProfile
from core.draft.examples import Cell, Lines
from core.draft.number_profile import NumberProfile
from core.draft.value_profile import ValueProfile
from core.source.dates import compact_dates


@dataclass
class ColumnProfile:
    """`present` cells are not missing; `written_missing` counts the words that this column has for a missing value.

    `read_from`: an example of its numbers that are not written plainly.
    """

    name: str
    rows: int = 0
    present: int = 0
    longest: int = 0
    written_missing: dict[str, int] = field(default_factory=dict)
    read_from: list[Cell] = field(default_factory=list)
    values: ValueProfile = field(default_factory=ValueProfile)
    numbers: NumberProfile = field(default_factory=NumberProfile)
    dates: DateProfile = field(default_factory=DateProfile)

    def add(self, column: pa.Array, lines: Lines | None = None) -> None:
        """Add one batch of the column, as text; without `lines`, each row is one line below the header."""
        if lines is None:
            lines = range(self.rows + 2, self.rows + 2 + len(column))
        self.rows += len(column)
        valid = column.drop_null()
        self.present += len(valid)
        if not len(valid):
            return
        self.values.add(valid)
        numbers = self.numbers.add(column, lines)
        if numbers < len(valid) or compact_dates(valid):
            self.dates.add(column, lines)
        if numbers < len(valid):
            text = valid if numbers == 0 else valid.slice(0, 1000)
            self.longest = max(self.longest, pc.max(pc.utf8_length(text)).as_py())

    @property
    def is_numeric(self) -> bool:
        """Whether every cell that is present is a number."""
        return self.numbers.count == self.present

    @property
    def is_compact_date(self) -> bool:
        """Whether every number is a day like 20200229; of other numbers one in 27 is one by chance."""
        return self.is_numeric and self.dates.count == self.present and not self.has_at_most(2)

    @property
    def is_whole(self) -> bool:
        """Whether every number is a whole one."""
        return self.numbers.whole == self.numbers.count

    @property
    def unique(self) -> bool:
        """Whether no value occurs twice and none is missing."""
        return self.present == self.rows and self.values.all_different

    @property
    def counts_rows(self) -> bool:
        """Whether the values are 1, 2, 3 ... or 0, 1, 2 ..., every whole number once."""
        numbers = self.numbers
        starts = numbers.low in (0, 1)
        return starts and numbers.whole == self.rows and numbers.high - numbers.low == self.rows - 1

    def has_at_most(self, count: int) -> bool:
        """Whether so many distinct values, or fewer, occur."""
        return not self.values.overflow and len(self.values.counts) <= count
