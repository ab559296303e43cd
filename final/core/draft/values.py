"""How the values of a table are read: its marks, units and missing words, by the evidence of a first reading."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from core.draft import guess_column, missing
from core.draft.column_profile import ColumnProfile
from core.draft.guess import LEFT_OUT
from core.draft.guess_marks import marks
from core.draft.guess_target import target as guess_target
from core.draft.options import Wish
from core.spec.source import Source

Columns = dict[str, ColumnProfile]
Again = Callable[[Source, Collection[str]], Columns]


@dataclass(frozen=True)
class Table:
    """What is asked of a table; `is_text` if its cells have no types, as in a CSV."""

    name: str
    target: str
    wish: Wish
    types: Mapping[str, str]
    is_text: bool


def read(source: Source, raw: Columns, again: Again, table: Table) -> tuple[Source, Columns]:
    """The source with its marks and missing words, and the profile of each column. Raises UserError, TableError.

    `raw` are the profiles of the cells as they are written; `again` reads the table with some columns as numbers.
    """
    wish = table.wish
    asked = {name: column for name, column in raw.items() if name not in wish.ignore and _may_be_number(name, table)}
    thousands = wish.thousands or (None if table.is_text else "none")
    forced = {name for name, kind in table.types.items() if kind in ("number", "integer")}
    decided = marks(asked, source.delimiter, thousands, table.name, forced)
    is_other = decided.settings["decimal"] != source.decimal
    source = source.model_copy(update=decided.settings)
    numbers = decided.numbers
    columns = again(source, numbers) if numbers or is_other else raw
    columns, words = _completed(columns, table)
    if others := {name for name in numbers if not _is_number(columns[name], table)}:
        numbers = numbers - others
        columns, words = _completed(again(source, numbers), table)
    for name in numbers:
        columns[name].read_from = raw[name].numbers.written.example.get("odd", [])
    return source.model_copy(update={"missing": words or ()}), columns


def _may_be_number(name: str, table: Table) -> bool:
    return table.types.get(name, "number") in ("number", "integer")


def _completed(columns: Columns, table: Table) -> tuple[Columns, missing.Words]:
    """The profiles without the words that mean a missing value, and these words."""
    words = missing.words(columns, table.target, table.wish.missing)
    return {name: missing.without(column, words.get(name, ())) for name, column in columns.items()}, words


def _is_number(column: ColumnProfile, table: Table) -> bool:
    """Whether the column becomes one of numbers, so that its cells are read as such by every later run too."""
    if column.name == table.target:
        settings = guess_target(column, table.wish.task).settings
        return bool(settings.get("task", "regression") == "regression")
    kind = guess_column.column(column, table.types.get(column.name)).kind
    return kind in ("number", "integer", LEFT_OUT, "id")
