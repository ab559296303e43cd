"""The numbers of a column, and the cells that are not numbers."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.draft.examples import Cell, Lines, examples
from core.draft.extremes import Extremes
from core.draft.missing_words import may_be_missing
from core.draft.sentinels import Sentinels
from core.draft.written_numbers import WrittenNumbers

NUMBER = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"
INFINITE = r"(?i)^\s*[-+]?inf(inity)?\s*$"
MOST_WORDS = 20
UNIT = r"^[$€£]?\s*[-+]?\d[\d.,]*\s*(?:[%°$€£]\s*[A-Za-z]?|[A-Za-zµ²³/]{1,6})?$"


@dataclass
class NumberProfile:
    """`odd` are examples of cells that are not numbers; `missing_words` counts words that may mean a missing value."""

    decimal: str = "."
    count: int = 0
    whole: int = 0
    total: float = 0.0
    infinite: int = 0
    with_unit: int = 0
    low: float = np.inf
    high: float = -np.inf
    zero_padded: bool = False
    extremes: Extremes = field(default_factory=Extremes)
    odd: list[Cell] = field(default_factory=list)
    missing_words: dict[str, int] = field(default_factory=dict)
    sentinels: Sentinels = field(default_factory=Sentinels)
    other_words: Counter[str] = field(default_factory=Counter)  # without a digit; at most MOST_WORDS
    written: WrittenNumbers = field(default_factory=WrittenNumbers)

    def add(self, column: pa.Array, lines: Lines) -> int:
        """Add one batch of the column; returns how many of its cells are numbers."""
        text = pc.replace_substring(column, ",", ".") if self.decimal == "," else column
        parsed = self._parse(column, text, lines)
        numbers = parsed.drop_null().to_numpy(zero_copy_only=False)
        if not len(numbers):
            return 0
        self.sentinels.add(column, parsed.to_numpy(zero_copy_only=False))
        self.extremes.add(parsed, lines)
        self.count += len(numbers)
        with np.errstate(over="ignore"):
            self.total += float(numbers.sum())
        self.whole += int((numbers % 1 == 0).sum())
        self.low = min(self.low, float(numbers.min()))
        self.high = max(self.high, float(numbers.max()))
        self.zero_padded = self.zero_padded or bool(pc.any(pc.match_substring_regex(text, r"^0\d+$")).as_py())
        return len(numbers)

    def _parse(self, column: pa.Array, text: pa.Array, lines: Lines) -> pa.Array:
        """The finite numbers, null for every other cell."""
        try:
            parsed = text.cast(pa.float64())
            if pc.all(pc.is_finite(parsed)).as_py():
                self._add_written(column, parsed, lines)
                return parsed
        except pa.ArrowInvalid:
            pass
        numeric = pc.if_else(pc.match_substring_regex(text, NUMBER), text, None)
        parsed = pc.utf8_trim_whitespace(numeric).cast(pa.float64())
        infinite = pc.or_kleene(pc.is_inf(parsed), pc.match_substring_regex(text, INFINITE))  # 1e400, or the word
        self.infinite += int(pc.sum(infinite).as_py() or 0)
        parsed = pc.if_else(pc.is_finite(parsed), parsed, None)
        self._add_written(column, parsed, lines)
        self._add_odd(column, pc.and_(pc.is_valid(column), pc.is_null(parsed)), lines)
        return parsed

    def _add_written(self, column: pa.Array, parsed: pa.Array, lines: Lines) -> None:
        is_number = pc.is_valid(parsed)
        if self.decimal == ",":
            has_comma = pc.and_(is_number, pc.fill_null(pc.match_substring(column, ","), False))
            self.written.add_odd(column, has_comma, lines)
            is_number = pc.and_(is_number, pc.invert(has_comma))
        self.written.add_plain(column, is_number, lines)

    def _add_odd(self, column: pa.Array, is_odd: pa.Array, lines: Lines) -> None:
        is_word = pc.and_(is_odd, pc.fill_null(may_be_missing(column), False))
        counted = pc.value_counts(column.filter(is_word))
        for word, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
            self.missing_words[word] = self.missing_words.get(word, 0) + count
        is_odd = pc.and_(is_odd, pc.invert(is_word))
        self._add_other_words(column.filter(pc.and_(is_odd, pc.invert(pc.match_substring_regex(column, r"\d")))))
        self.with_unit += int(pc.sum(pc.match_substring_regex(column.filter(is_odd), UNIT)).as_py() or 0)
        self.written.add_odd(column, is_odd, lines)
        if len(self.odd) < 3:
            self.odd += examples(column, is_odd, lines, 3 - len(self.odd))

    def _add_other_words(self, cells: pa.Array) -> None:
        if len(self.other_words) >= MOST_WORDS:
            return
        counted = pc.value_counts(cells)
        for word, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
            self.other_words[word] += count
            if len(self.other_words) >= MOST_WORDS:
                return
