"""The names of a CSV file's columns, from its first records."""

from itertools import islice
from pathlib import Path

from core.source.records import Record, of_file
from core.spec.source import Source
from core.table.header import not_empty, usable


def names_of(path: Path, source: Source) -> list[str]:
    """The header; a column without a name is called unnamed_N. Raises TableError."""
    return _names(_first_record(path, source), path)


def has_usual_header(path: Path, source: Source) -> bool:
    """Whether the header is written just as `names_of` returns it. Raises TableError."""
    cells = _first_record(path, source)
    return cells == _names(cells, path)


def _names(cells: list[str], path: Path) -> list[str]:
    """The names of the columns. Raises TableError."""
    numbered_cells = enumerate(not_empty(cells, path), 1)
    return usable(
        [" ".join(cell.strip("\ufeff").split()) or f"unnamed_{place}" for place, cell in numbered_cells], str(path)
    )


def _first_record(path: Path, source: Source) -> list[str]:
    """The cells of the header; one more if the rows have names, or end in a delimiter. Raises TableError."""
    below = of_file(path, source, max(source.header, 1) - 1)
    start = islice((record for record in below if not record.is_comment), 20)
    first = next(start, Record(1, [])).cells
    if source.header == 0:
        return [f"column_{place}" for place in range(1, len(first) + 1)]
    rows = [record.cells for record in start if not record.is_blank]
    longer = [cells for cells in rows if len(cells) == len(first) + 1]
    if len(longer) * 2 <= len(rows):
        return first
    if not any(cells[-1] for cells in longer):
        return [*first, ""]
    # names of rows are all different; the halves of a text that was cut at a comma begin with a space
    has_row_names = len({cells[0] for cells in longer}) == len(longer) and not any(
        cells[1].startswith(" ") for cells in longer
    )
    return ["", *first] if has_row_names and source.quotes != "none" else first
