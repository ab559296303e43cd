"""How the numbers of a column are written: evidence for its decimal mark, its thousands marks, signs and units."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from core.draft.examples import Cell, Lines, examples
from core.source.numbers import plain_numbers
from core.spec.cells import CURRENCIES, SPACES, UNITS, NumberForm, any_of

POINT = NumberForm(".", ",", UNITS, accounting=True)  # 1,234.5
COMMA = NumberForm(",", ".", UNITS, accounting=True)  # 1.234,5
EITHER = r"^[-+]?[1-9][0-9]{0,2}\.[0-9]{3}$"  # 2.155: a decimal point, or one between thousands
ENOUGH = 1000  # cells that settle what the point of a column is
UNIT_OF = (
    rf"^[-+(\x{{2212}}]*(?P<before>(?:{any_of(CURRENCIES)})?)[{SPACES}]*[-+]?[.,]?[0-9](?:.*[0-9])?[.,]?[{SPACES}]*"
    rf"(?P<after>(?:{any_of(UNITS)})?)[-)]*$"
)
SIGNED = r"^\(|^\x{2212}|[0-9][ .,]*[-\x{2013}\x{2014}]$"
GRADE = r"^[0-9]{1,2}[-+]$"  # 2- is a grade, 12.50- a negative amount


@dataclass
class WrittenNumbers:
    """Counts of cells by what they are if the point, or the comma, is the decimal mark.

    `point` and `comma`: numbers only if that mark is decimal. `either_point` and `either_comma`: two different numbers,
    such as 2.155. `small` and `large`: whole numbers without a mark, below 1,000 and from there on. `odd`: numbers that
    are not plain, and `example` is the first of them.
    """

    point: int = 0
    comma: int = 0
    either_point: int = 0
    either_comma: int = 0
    plain: int = 0
    small: int = 0
    large: int = 0
    odd: int = 0
    with_point: int = 0  # of the odd
    with_comma: int = 0
    signed: int = 0
    grades: int = 0
    spaced: int = 0
    quoted: int = 0  # with an apostrophe
    units: Counter[str] = field(default_factory=Counter)
    percent_high: float = 0.0
    seen: int = 0
    example: dict[str, list[Cell]] = field(default_factory=dict)

    def add_plain(self, column: pa.Array, is_plain: pa.Array, lines: Lines) -> None:
        """Cells that are numbers as they are written."""
        self.plain += _count(is_plain)
        if self.point > ENOUGH:
            return
        dotted = pc.and_(is_plain, pc.match_substring(column, "."))
        if pc.any(dotted).as_py():
            either = pc.and_(dotted, pc.match_substring_regex(column, EITHER))
            count = _count(either)
            self.either_point += count
            self._example("either_point", column, either, lines)
            other = pc.and_(dotted, pc.invert(either))
            self.point += _count(other)
            self._example("point", column, other, lines)
            is_plain = pc.and_(is_plain, pc.invert(dotted))
        large = _count(pc.and_(is_plain, pc.match_substring_regex(column, "[0-9]{4}")))
        self.large += large
        self.small += _count(is_plain) - large

    def add_odd(self, column: pa.Array, is_odd: pa.Array, lines: Lines) -> None:
        """Cells that are not numbers as they are written, but may be in another form."""
        if self.seen > ENOUGH and self.odd * 100 < self.seen:
            return  # a column of words
        self.seen += _count(is_odd)
        maybe = pc.and_(is_odd, pc.and_(pc.match_substring_regex(column, "[0-9]"), pc.less(pc.utf8_length(column), 40)))
        if not _count(maybe):
            return
        cells = pc.if_else(maybe, column, None)
        point = plain_numbers(cells, POINT)
        comma = plain_numbers(cells, COMMA)
        has_point = pc.match_substring(column, ".")
        either = pc.and_(pc.is_valid(point), pc.is_valid(comma))
        differ = pc.and_(either, pc.fill_null(pc.not_equal(point, comma), False))
        number = pc.or_(pc.is_valid(point), pc.is_valid(comma))
        kinds = {
            "point": pc.and_(pc.is_valid(point), pc.is_null(comma)),
            "comma": pc.and_(pc.is_valid(comma), pc.is_null(point)),
            "either_point": pc.and_(differ, has_point),
            "either_comma": pc.and_(differ, pc.invert(has_point)),
            "odd": number,
            "with_point": pc.and_(number, has_point),
            "with_comma": pc.and_(number, pc.match_substring(column, ",")),
            "signed": pc.and_(number, pc.match_substring_regex(column, SIGNED)),
            "grades": pc.match_substring_regex(cells, GRADE),
            "spaced": pc.and_(number, pc.match_substring_regex(column, f"[0-9][{SPACES}][0-9]")),
            "quoted": pc.and_(number, pc.match_substring_regex(column, "[0-9]['\u2019][0-9]")),
        }
        for kind, chosen in kinds.items():
            setattr(self, kind, getattr(self, kind) + _count(chosen))
            self._example(kind, column, chosen, lines)
        self._add_units(pc.if_else(number, column, None), pc.coalesce(point, comma))

    def _add_units(self, cells: pa.Array, numbers: pa.Array) -> None:
        pair = pc.extract_regex(pc.utf8_trim(cells, characters=SPACES), UNIT_OF)
        before, after = pair.flatten()
        for side in (before, after):
            counted = pc.value_counts(side.drop_null())
            for unit, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
                if unit:
                    self.units[unit] += count
        percent = numbers.filter(pc.equal(after, "%")).cast(pa.float64())
        self.percent_high = max(self.percent_high, pc.max(pc.abs(percent)).as_py() or 0.0)

    def _example(self, kind: str, column: pa.Array, chosen: pa.Array, lines: Lines) -> None:
        cells = self.example.setdefault(kind, [])
        if not cells:
            cells += examples(column, pc.fill_null(chosen, False), lines, 1)

    @property
    def marked(self) -> int:
        """Cells with a mark that is a decimal one, or may be."""
        return self.point + self.comma + self.either_point + self.either_comma


def _count(chosen: pa.Array) -> int:
    return int(pc.sum(chosen).as_py() or 0)
