"""What one pass over a column finds: counts, ranges, distinct values, forms of dates; memory does not grow with rows.

But for a column in which no value came twice so far: then 8 bytes a row are kept, to know whether it is an id.
"""

import datetime
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from product.day_forms import FORMATS, ISO, PATTERNS, START, times, whole_seconds

MOST_VALUES = 2000  # distinct values that are counted
MOST_CLASSES = 100
MISSING_WORDS = ("NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?", "-", "--", ".")
INFINITE = r"(?i)^\s*[-+]?inf(inity)?\s*$"
UNIT = r"^[$€£]?\s*[-+]?\d[\d.,]*\s*(?:[%°$€£]\s*[A-Za-z]?|[A-Za-zµ²³/]{1,6})?$"


@dataclass
class ColumnProfile:
    """`odd` are cells that are no number, `no_days` no day, where most are, with their lines; `future` after tomorrow.

    `words_missing` counts cells that could stand for a missing value, `written_missing` are those that do.
    `places`, kept of the target alone, are the number of each row's value among `classes`, a byte a row.
    """

    name: str
    decimal: str = "."
    rows: int = 0
    present: int = 0
    numbers: int = 0
    whole: int = 0
    units: int = 0
    infinite: int = 0
    longest: int = 0
    words: int = 0
    low: float = np.inf
    high: float = -np.inf
    padded: bool = False
    values: dict[str, int] = field(default_factory=dict)
    overflow: bool = False
    odd: list[tuple[int, str]] = field(default_factory=list)
    words_missing: dict[str, int] = field(default_factory=dict)
    written_missing: tuple[str, ...] = ()
    dates: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FORMATS, 0))
    future: list[tuple[int, str]] = field(default_factory=list)
    past: int = 0
    no_days: list[tuple[int, str]] = field(default_factory=list)
    unpadded: bool = False
    ordered: bool = True
    last_day: str = ""
    hashes: list[np.ndarray] | None = field(default_factory=list)
    places: list[np.ndarray] | None = None
    classes: list[str] = field(default_factory=list)

    def add(self, column: pa.Array) -> None:
        """One batch of the column, as text."""
        first_line = self.rows + 2
        self.rows += len(column)
        valid = column.drop_null()
        self.present += len(valid)
        if not len(valid):
            return
        self._count(valid)
        numbers = self._numeric(column, first_line)
        if numbers < len(valid):
            self._dates(column, valid, first_line)
            text = valid if numbers == 0 else valid.slice(0, 1000)
            self.longest = max(self.longest, pc.max(pc.utf8_length(text)).as_py())
            self.words += int(pc.sum(pc.count_substring(pc.utf8_trim_whitespace(text), " ")).as_py()) + len(text)

    def _count(self, valid: pa.Array) -> None:
        if self.overflow and self.hashes is None:
            return
        counted = pc.value_counts(valid)
        if self.hashes is not None:
            if len(counted) < len(valid):
                self.hashes = None
            else:
                self.hashes.append(np.fromiter(map(hash, valid.to_pylist()), dtype=np.int64, count=len(valid)))
        if not self.overflow:
            self._places(counted, valid)
            for value, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
                self.values[value] = self.values.get(value, 0) + count
                if len(self.values) > MOST_VALUES:
                    self.overflow = True
                    break

    def _places(self, counted: pa.Array, valid: pa.Array) -> None:
        """Which of the classes stands in each row."""
        if self.places is None:
            return
        self.classes = list(dict.fromkeys([*self.classes, *counted.field(0).to_pylist()]))
        if len(self.classes) > MOST_CLASSES:
            self.places = None
        else:
            found = pc.index_in(valid, value_set=pa.array(self.classes, pa.string()))
            self.places.append(found.to_numpy(zero_copy_only=False).astype(np.uint8))

    def _numeric(self, column: pa.Array, first_line: int) -> int:
        """Count the batch's numbers."""
        text = pc.replace_substring(column, ",", ".") if self.decimal == "," else column
        try:
            parsed = text.cast(pa.float64())
        except pa.ArrowInvalid:
            parsed = None
        if parsed is None or not pc.all(pc.is_finite(parsed)).as_py():
            wanted = pc.match_substring_regex(text, r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$")
            parsed = pc.utf8_trim_whitespace(pc.if_else(wanted, text, None)).cast(pa.float64())
            endless = pc.or_kleene(pc.is_inf(parsed), pc.match_substring_regex(text, INFINITE))  # 1e400, and the word
            self.infinite += int(pc.sum(endless).as_py() or 0)
            parsed = pc.if_else(pc.is_finite(parsed), parsed, None)
            self._odd(column, pc.and_(pc.is_valid(column), pc.is_null(parsed)), first_line)
        found = parsed.drop_null().to_numpy(zero_copy_only=False)
        if len(found):
            self.numbers += len(found)
            self.whole += int((found % 1 == 0).sum())
            self.low, self.high = min(self.low, float(found.min())), max(self.high, float(found.max()))
            if not self.padded:
                self.padded = bool(pc.any(pc.match_substring_regex(text, r"^0\d+$")).as_py())
        return len(found)

    def _odd(self, column: pa.Array, no_number: pa.Array, first_line: int) -> None:
        cells = column.filter(no_number)
        for word in MISSING_WORDS:
            if count := int(pc.sum(pc.equal(cells, word)).as_py() or 0):
                self.words_missing[word] = self.words_missing.get(word, 0) + count
        self.units += int(pc.sum(pc.match_substring_regex(cells, UNIT)).as_py() or 0)
        if len(self.odd) < 3:
            is_word = pc.is_in(column, value_set=pa.array(MISSING_WORDS))
            where = np.flatnonzero(pc.and_(no_number, pc.invert(is_word)).to_numpy(zero_copy_only=False))
            self.odd += [(first_line + int(row), column[int(row)].as_py()) for row in where[: 3 - len(self.odd)]]

    def _dates(self, column: pa.Array, valid: pa.Array, first_line: int) -> None:
        if not pc.match_substring_regex(valid.slice(0, 1), START).to_pylist()[0]:
            return
        column, left, known = whole_seconds(column), len(valid), pc.is_null(column)
        for pattern, forms in PATTERNS.items():
            fits = pc.fill_null(pc.match_substring_regex(column, pattern), False)
            if not (count := int(pc.sum(fits).as_py())):
                continue
            here = pc.if_else(fits, column, None)
            for form in forms:
                parsed = times(here, form)
                known = pc.or_(known, pc.is_valid(parsed))
                self._days(form, parsed, column, first_line)
            if ISO in forms:
                self.unpadded |= bool(pc.any(pc.less(pc.utf8_length(here), len("2020-02-02"))).as_py())
            if (left := left - count) <= 0:
                break
        if len(self.no_days) < 3:
            where = np.flatnonzero(pc.invert(known).to_numpy(zero_copy_only=False))
            self.no_days += [(first_line + int(row), column[int(row)].as_py()) for row in where[:3]]

    def _days(self, form: str, parsed: pa.Array, column: pa.Array, first_line: int) -> None:
        """Count the days of one form, and see whether those of the column's form are in order, or to come."""
        count = len(parsed) - parsed.null_count
        self.dates[form] += count
        if count and max(self.dates, key=lambda f: self.dates[f]) == form:
            days = parsed.to_numpy(zero_copy_only=False).astype("datetime64[D]")
            known = days[~np.isnat(days)]
            first, last = str(known[0]), str(known[-1])
            self.ordered &= bool((known[1:] >= known[:-1]).all()) and self.last_day <= first
            self.last_day = last
            late = np.flatnonzero(days > np.datetime64(datetime.date.today() + datetime.timedelta(days=1)))
            self.past += len(known) - len(late)
            self.future += [(first_line + int(row), column[int(row)].as_py()) for row in late[:3]]

    @property
    def unique(self) -> bool:
        """No value came twice, and none was missing."""
        if self.hashes is None or self.present < self.rows:
            return False
        every = np.concatenate(self.hashes) if self.hashes else np.array([])
        return len(every) > 1 and len(np.unique(every)) == len(every)
