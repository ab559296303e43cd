"""Reads a table for a draft until only rows are left: finds the header, the quotes, and lines that are no rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.base.errors import TableError
from core.draft import guess_rows
from core.draft.column_profile import ColumnProfile
from core.draft.guess_header import ROWS_LOOKED_AT, Header, header, is_missing, looks_like_data
from core.draft.guess_rows import NoRow
from core.draft.head import Head
from core.draft.options import Wish
from core.draft.row_profile import RowProfile
from core.draft.table_profile import profile
from core.source import sniff
from core.source.batches import numbered
from core.source.records import MisfitError, QuoteError, Record, of_file
from core.spec.source import Source
from core.table.header import misfit

MOST_PASSES = 9
MOST_ENTRIES = 50  # of source.leave_out
LONGEST = 80  # characters of a line that are shown
SHOWN = 3  # lines of a kind that are named


@dataclass(frozen=True)
class Table:
    """The profiles of a table's columns, the source without what is no row, and sentences about what was left out."""

    source: Source
    columns: dict[str, ColumnProfile]
    head: Head
    left_out: list[str]
    notes: list[str]


def read(
    source: Source, path: Path | None, table: str, target: str, wish: Wish, progress: Callable[[int], None]
) -> Table:
    """Read the table, and again for each kind of line that turns out to be no row. Raises TableError."""
    reader = _Reader(source, path, table, target, wish)
    for _ in range(MOST_PASSES):
        rows = RowProfile()
        head = Head(target)
        try:
            columns = profile(reader.source, path, table, head, rows, progress)
        except (QuoteError, MisfitError):
            if not reader.change_quotes():
                raise
            continue
        has_odd_records = rows.reading.has_line_ends or rows.reading.has_odd_quotes or rows.reading.ragged
        if has_odd_records and reader.change_quotes():
            continue
        if not reader.leave_out(rows, columns):
            return reader.result(rows, columns, head)
    raise TableError(f"{table}: too many kinds of lines are no rows: remove titles, comments, totals and notes from it")


class _Reader:
    """What was decided so far about the lines of a table."""

    def __init__(self, source: Source, path: Path | None, table: str, target: str, wish: Wish) -> None:
        self.source = source.model_copy(update={"drop_blank": True, "quotes": wish.quotes or source.quotes})
        self.path = path
        self.table = table
        self.target = target
        self.wish = wish
        self.header = Header()
        self.no_rows: dict[int, NoRow] = {}
        self.doubtful: list[Record] = []
        self.has_looked_for_totals = False
        self.csv = None if path is None or path.suffix.lower() in (".parquet", ".pq") else path
        self.are_quotes_certain = self.csv is None or wish.quotes is not None
        if self.csv is not None:
            self._find_header(self.csv)

    def _find_header(self, path: Path) -> None:
        try:
            start = list(islice(of_file(path, self.source), ROWS_LOOKED_AT))
        except QuoteError:
            if self.change_quotes():
                return
            start = []
        self.header = header(start, self.target, self.wish.header_line)
        if self.wish.no_header:
            self.header = Header(0, self.header.comment)
        self.source = self.source.model_copy(update={"header": self.header.line, "comment": self.header.comment})
        if self.header.units is not None:
            self._add([NoRow(self.header.units, "units", guess_rows.entry(self.header.units.cells, self.delimiter))])

    @property
    def delimiter(self) -> str:
        return self.source.delimiter

    def change_quotes(self) -> bool:
        """Decide on the whole file how quotes are written; returns whether it must be read anew for that."""
        if self.are_quotes_certain or self.csv is None:
            return False
        self.are_quotes_certain = True
        quotes = sniff.quotes(self.csv, self.source)
        if quotes == self.source.quotes:
            return False
        self.source = self.source.model_copy(update={"quotes": quotes})
        self._find_header(self.csv)
        return True

    def leave_out(self, rows: RowProfile, columns: dict[str, ColumnProfile]) -> bool:
        """Add the records of this pass that are no rows; returns whether the table must be read without them."""
        self._refuse_missing_header(columns)
        no_rows = [
            NoRow(record, "the header again", guess_rows.entry(record.cells, self.delimiter)) for record in rows.headers
        ]
        ends_in_line = self.csv is None or sniff.ends_in_line(self.csv)
        ragged, rest = guess_rows.ragged(rows, self.header.above, self.delimiter, len(columns), ends_in_line)
        misfits = [*rest, *(no_row.record for no_row in ragged if no_row.record.line in self.wish.keep_lines)]
        if misfits:
            reason = misfit(misfits[0].line, len(misfits[0].cells), len(columns), self.delimiter)
            raise TableError(f"{self.table}: {reason}")
        if self._has_comments(ragged, next(iter(columns.values()))):
            self.source = self.source.model_copy(update={"comment": "#"})
            return True
        no_rows += ragged
        if not no_rows:
            no_rows = guess_rows.at_the_end(rows, columns, self.delimiter)
        words = guess_rows.total_words(columns)
        if not no_rows and words and not self.has_looked_for_totals:
            self.has_looked_for_totals = True
            parts = numbered(self.source, self.path)
            no_rows, self.doubtful = guess_rows.between(columns, words, parts, self.delimiter)
        return self._add(no_rows)

    def _has_comments(self, ragged: Iterable[NoRow], first: ColumnProfile) -> bool:
        """Whether lines that start with # are comments, which is not declared yet."""
        has_comments = any(no_row.reason == "a comment" for no_row in ragged)
        return has_comments and not self.source.comment and not any(v.startswith("#") for v in first.values.counts)

    def _add(self, no_rows: Iterable[NoRow]) -> bool:
        added = {no_row.record.line: no_row for no_row in no_rows if no_row.record.line not in self.wish.keep_lines}
        self.no_rows |= added
        entries = tuple(dict.fromkeys([*self.source.leave_out, *(no_row.entry for no_row in added.values())]))
        if len(entries) > MOST_ENTRIES:
            some = ", ".join(
                f"line {line}: {self._shown(no_row.record)}" for line, no_row in list(added.items())[:SHOWN]
            )
            raise TableError(
                f"{self.table}: {len(added)} lines are no rows, such as {some}: remove them, or name the header by "
                "--header-line N"
            )
        self.source = self.source.model_copy(update={"leave_out": entries})
        return bool(added)

    def _refuse_missing_header(self, columns: dict[str, ColumnProfile]) -> None:
        """Raises TableError if at least half of the columns with numbers are named by a value."""
        numeric = sum(column.numbers.count > 0 for column in columns.values())
        names = list(columns)
        is_named = self.csv is None or self.wish.no_header or self.wish.header_line is not None
        if is_named or not is_missing(names, numeric, self.target):
            return
        value = next(name for name in names if looks_like_data(name))
        line = self.source.header
        raise TableError(
            f"{self.table}: the header is missing: line {line} is {', '.join(names[:6])}, and {value!r} is a value, "
            "not a name. Put a line with the columns' names in front, or --no-header to call them column_1 and so on, "
            f"or --header-line N if line N is the header, --header-line {line} if this one is"
        )

    def result(self, rows: RowProfile, columns: dict[str, ColumnProfile], head: Head) -> Table:
        reading = rows.reading
        reasons = {line: no_row.reason for line, no_row in self.no_rows.items()}
        by_reason: dict[str, list[Record]] = {}
        for record in self.header.above:
            by_reason.setdefault("above the header", []).append(record)
        for record in reading.left_out:
            reason = "a comment" if record.is_comment else reasons.get(record.line, "like another that is left out")
            by_reason.setdefault(reason, []).append(record)
        left_out = [self._sentence(records, reason) for reason, records in by_reason.items()]
        if reading.blank:
            left_out.append(f"{_count(len(reading.blank), 'blank row')} ({_lines(reading.blank)})")
        notes = [
            f"line {record.line}: {self._shown(record)} is called a total, but its numbers are no sums of others: it "
            "is kept. If it is no row, add its first cells to source.leave_out"
            for record in (self.doubtful if len(self.doubtful) <= SHOWN else [])
        ]
        source = self.source.model_copy(update={"drop_blank": bool(reading.blank)})
        return Table(source, columns, head, left_out, notes)

    def _sentence(self, records: Sequence[Record], reason: str) -> str:
        first = f"line {records[0].line}: {self._shown(records[0])}: {reason}"
        if len(records) == 1:
            return first
        return f"{first}; {_count(len(records), 'such line')} ({_lines([record.line for record in records])})"

    def _shown(self, record: Record) -> str:
        text = self.delimiter.join(record.cells)
        return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}...")


def _lines(lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:SHOWN])
    return f"line{'s' * (len(lines) > 1)} {shown}{', ...' * (len(lines) > SHOWN)}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number > 1)}"
