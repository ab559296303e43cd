"""Which records of a table are no rows: totals, footers, comments, headers again; each with the reason."""

import copy
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from core.draft.column_profile import ColumnProfile
from core.draft.row_profile import RowProfile
from core.source.records import Record
from core.source.rows import Rows

TOTAL = re.compile(
    r"\W*((grand|sub|overall|running|report|column|all)[ -]?)?"
    r"(totals?|sum|averages?|avg|mean|summe|gesamt(summe|ergebnis)?|insgesamt|zwischensumme|durchschnitt|mittelwert|"
    r"(общий )?итого?г?|всего|сумма|среднее|промежуточный итог|"
    r"totale|totaal|totalt|total g[ée]n[ée]ral|total general|somme|moyenne|suma|razem|celkem|toplam|"
    r"разом|усього|合计|总计|小计|合計|総計|小計)"
    r"(?![\w-])(\s*[:(=].*|\s+(of|for|in|за|по)\s.*|\s+\d{4}|\W*)",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"\W*(sources?|notes?|footnotes?|remarks?|legend|generated|exported|created|downloaded|printed|copyright|"
    r"data (from|source)|last updated?|"
    r"as of|end of|rows|records|quellen?|hinweise?|anmerkung(en)?|stand|erstellt|fußnote|"
    r"источники?|примечани[ея]|сноск[аи]|выгружено|сформировано|данные|fuentes?|notas?|fonte|nota)\b.*|"
    r"©.*|https?://.*|"
    r"\(?\d+ (rows|records|строк|zeilen)\b.*|\*+\s*\w.*|[\[(][\w*]{1,2}[\])]\s+\w.*",
    re.IGNORECASE | re.DOTALL,
)
LEAST_ROWS = 5
MOST_TOTALS = 0.34  # of the rows: a subtotal for each two


@dataclass(frozen=True)
class NoRow:
    """A record that is left out; `entry` is its line of source.leave_out."""

    record: Record
    reason: str
    entry: str


def entry(cells: Sequence[str], delimiter: str) -> str:
    """Cells as a line of a CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(cells)
    return text.getvalue()


def ragged(
    rows: RowProfile, above: Sequence[Record], delimiter: str, width: int, ends_in_line: bool
) -> tuple[list[NoRow], list[Record]]:
    """Records with more or fewer cells than the header: what is known not to be a row, and the rest."""
    last_line = rows.last[-1].line if rows.last else 0
    titles = {tuple(record.cells): record for record in above}
    explained: list[NoRow] = []
    unexplained: list[Record] = []
    for record in rows.reading.ragged:
        whole = entry(record.cells, delimiter)
        first = next(cell for cell in record.cells if cell.strip())
        if tuple(record.cells) in titles:
            explained.append(NoRow(record, "the title again", whole))
        elif record.cells[0].startswith("#"):
            explained.append(NoRow(record, "a comment", whole))
        elif TOTAL.fullmatch(first) and len(record.cells) < width:
            explained.append(NoRow(record, "a total", _up_to(record, first, delimiter)))
        elif record.line > last_line and (_is_footer(record, ends_in_line) or record.line > last_line + 1):
            explained.append(NoRow(record, "a footer", whole))
            last_line = min(last_line, record.line - 2)  # what is below a footer is one as well
        else:
            unexplained.append(record)
    return explained, unexplained


def _up_to(record: Record, cell: str, delimiter: str) -> str:
    """The entry that ends with this cell, so that other numbers after it fit as well."""
    return entry(record.cells[: record.cells.index(cell) + 1], delimiter)


def _is_footer(record: Record, ends_in_line: bool) -> bool:
    filled = [cell for cell in record.cells if cell.strip()]
    first = filled[0].strip()
    if FOOTER.fullmatch(first) or len(re.findall(r"[^\W\d]{2,}", first)) > 3:
        return True
    return ends_in_line and len(filled) == 1 and len(re.findall(r"[^\W\d]+", first)) > 1


def at_the_end(rows: RowProfile, columns: Mapping[str, ColumnProfile], delimiter: str) -> list[NoRow]:
    """The last rows that are footers or totals by their words, or by numbers that are the sums of those above."""
    width = len(columns)
    left_out: list[NoRow] = []
    for record in reversed(rows.last):
        filled = [cell for cell in record.cells if cell.strip()]
        if len(filled) == 1 and width > 1 and FOOTER.fullmatch(filled[0]) and not TOTAL.fullmatch(filled[0]):
            left_out.append(NoRow(record, "a footer", _up_to(record, filled[0], delimiter)))
            continue
        word = _word(record)
        if word is None or _occurs_elsewhere(word, record, columns):
            break
        sums = _sums(record, columns)
        reason = f"a total: {word!r}" + (f", {', '.join(sums[:3])} are the sums of the rows above" if sums else "")
        left_out.append(NoRow(record, reason, _up_to(record, word, delimiter)))
    if not any(no_row.reason.startswith("a total") for no_row in left_out):
        above = rows.last[: len(rows.last) - len(left_out)]
        if above and (sums := _sums(above[-1], columns)):
            reason = f"a total: {', '.join(sums)} are the sums of the rows above"
            left_out.append(NoRow(above[-1], reason, entry(above[-1].cells, delimiter)))
    return left_out[::-1]


def _word(record: Record) -> str | None:
    """The cell that calls the record a total."""
    return next((cell for cell in record.cells if TOTAL.fullmatch(cell)), None)


def is_numeric(column: ColumnProfile) -> bool:
    return column.numbers.count * 2 > column.present


def _occurs_elsewhere(word: str, record: Record, columns: Mapping[str, ColumnProfile]) -> bool:
    """Whether the word is a value of its column, as a brand is that is called Total."""
    column = list(columns.values())[record.cells.index(word)]
    return column.values.counts.get(word, 1) > 1


def _number(cell: str, column: ColumnProfile) -> float | None:
    """The number in a cell, read as the column is."""
    numbers = copy.deepcopy(column.numbers)
    numbers.count = 0
    numbers.low, numbers.high = np.inf, -np.inf
    numbers.add(pa.array([cell]), [1])
    return numbers.low if numbers.count else None


def _sums(record: Record, columns: Mapping[str, ColumnProfile]) -> list[str]:
    """The columns of numbers whose last cell is the sum of the others, if that is so in all that have one."""
    sums = []
    for cell, (name, column) in zip(record.cells, columns.items(), strict=True):
        if not is_numeric(column) or not cell.strip():
            continue
        value = _number(cell, column)
        if value is None or column.numbers.count <= LEAST_ROWS:
            return []
        if not value and not column.numbers.total:
            continue
        if not value or not is_near(value, column.numbers.total - value, cell, exact=True):
            return []
        sums.append(name)
    has_gap = any(not cell.strip() for cell in record.cells)
    return sums if len(sums) > 1 or (sums and has_gap) else []


def is_near(value: float, total: float, cell: str, exact: bool = False) -> bool:
    """Whether a cell is a sum, up to the rounding of what was added."""
    last_digit = 10.0 ** -len(re.split(r"[.,]", cell)[-1]) if re.search(r"[.,]", cell) else 1.0
    slack = 1e-9 if exact else 1e-3
    return abs(value - total) <= max(slack * abs(total), 0.51 * last_digit)


def total_words(columns: Mapping[str, ColumnProfile]) -> dict[str, set[str]]:
    """The words for a total in each column; none if they are so frequent that they must be a category."""
    words = {
        name: {value for value, count in column.values.counts.items() if _is_rare_total(value, count, column.rows)}
        for name, column in columns.items()
        if not is_numeric(column)
    }
    return {name: values for name, values in words.items() if values}


def _is_rare_total(value: str, count: int, rows: int) -> bool:
    return count <= rows * MOST_TOTALS and TOTAL.fullmatch(value) is not None


def between(
    columns: Mapping[str, ColumnProfile], words: Mapping[str, set[str]], parts: Iterator[Rows], delimiter: str
) -> tuple[list[NoRow], list[Record]]:
    """Rows with a word for a total: those whose numbers are sums of rows above or of all others, and the rest."""
    numeric = {name: column for name, column in columns.items() if is_numeric(column)}
    totals: list[tuple[Record, str, list[str]]] = []
    doubtful: list[Record] = []
    section = dict.fromkeys(numeric, 0.0)
    above = dict.fromkeys(numeric, 0.0)
    for part in parts:
        for line, row in zip(part.lines, part.batch.to_pylist(), strict=True):
            values = {name: _float(row[name], column.numbers.decimal) for name, column in numeric.items()}
            word = next((row[name] for name in words if row[name] in words[name]), None)
            if word is None:
                for name, value in values.items():
                    section[name] += value or 0.0
                    above[name] += value or 0.0
                continue
            record = Record(line, ["" if cell is None else cell for cell in row.values()])
            present = {name: value for name, value in values.items() if value is not None}
            sums = [
                name
                for name, value in present.items()
                if any(
                    is_near(value, total, row[name])
                    for total in (section[name], above[name], numeric[name].numbers.total - value)
                )
            ]
            if len(sums) * 2 > len(present):
                totals.append((record, word, sums))
                section = dict.fromkeys(numeric, 0.0)
            else:
                doubtful.append(record)
    return [
        NoRow(
            record,
            f"a total: {word!r}, {', '.join(sums[:3])} are the sums of other rows",
            entry(record.cells, delimiter) if doubtful else _up_to(record, word, delimiter),
        )
        for record, word, sums in totals
    ], doubtful


def _float(cell: str | None, decimal: str) -> float | None:
    try:
        value = float((cell or "").replace(decimal, "."))
    except ValueError:
        return None
    return value if np.isfinite(value) else None
